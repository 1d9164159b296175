/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_group.h"

#include "python/python_value.h"

static PyObject *list_of_ids(const gint64 *ids, gsize n_ids)
{
    PyObject *list = PyList_New((Py_ssize_t)n_ids);

    for (gsize i = 0; list != NULL && i < n_ids; i++) {
        PyObject *id = PyLong_FromLongLong(ids[i]);
        if (id == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, id);
    }
    return list;
}

static PyObject *aggregate(const MgPairs *pairs)
{
    PyObject *dict = PyDict_New();

    for (guint i = 0; dict != NULL && i < mg_pairs_count(pairs); i++) {
        PyObject *text = mg_python_value_from_text(mg_pairs_text(pairs, i));
        if (text == NULL || PyDict_SetItemString(dict, mg_pairs_name(pairs, i), text) != 0)
            Py_CLEAR(dict);
        Py_XDECREF(text);
    }
    return dict;
}

PyObject *mg_python_group_describe(const MgGroup *group)
{
    return Py_BuildValue("ssssNNNNNN", group->recipient_address, group->template_name,
                         group->notification_format, group->event_data_format,
                         aggregate(group->aggregate),
                         list_of_ids(group->event_ids, group->n_events),
                         list_of_ids(group->directive_ids, group->n_directives),
                         mg_python_value_from_time(group->inserted_at),
                         mg_python_value_from_interval(group->notification_interval),
                         mg_python_value_from_time(group->last_sent));
}

/* Numbers that become Python's as they are wanted: a list of a million takes 40 MB. */
static PyObject *view(const gint64 *numbers, gsize n_numbers)
{
    PyObject *bytes = PyBytes_FromStringAndSize((const gchar *)numbers,
                                                (Py_ssize_t)(n_numbers * sizeof *numbers));
    PyObject *whole = bytes != NULL ? PyMemoryView_FromObject(bytes) : NULL;
    PyObject *cast = whole != NULL ? PyObject_CallMethod(whole, "cast", "s", "q") : NULL;

    Py_XDECREF(whole);
    Py_XDECREF(bytes);
    return cast;
}

PyObject *mg_python_group_directive_events(const MgGroup *group)
{
    g_autofree gint64 *event_ids = g_new(gint64, group->n_directives);
    PyObject *directives = view(group->directive_ids, group->n_directives);
    PyObject *events, *pairs;

    for (gsize i = 0; i < group->n_directives; i++)
        event_ids[i] = mg_group_event_of(group, i);
    events = view(event_ids, group->n_directives);
    pairs = directives != NULL && events != NULL
                ? PyObject_CallFunctionObjArgs((PyObject *)&PyZip_Type, directives, events, NULL)
                : NULL;
    Py_XDECREF(directives);
    Py_XDECREF(events);
    return pairs;
}
