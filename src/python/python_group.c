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

PyObject *mg_python_group_directive_events(const MgGroup *group)
{
    PyObject *pairs = PyList_New(0);

    for (gsize i = 0; pairs != NULL && i < group->n_directives; i++) {
        PyObject *pair = Py_BuildValue("LL", (long long)group->directive_ids[i],
                                       (long long)mg_group_event_of(group, i));
        if (pair == NULL || PyList_Append(pairs, pair) != 0)
            Py_CLEAR(pairs);
        Py_XDECREF(pair);
    }
    return pairs;
}
