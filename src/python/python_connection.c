/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_connection.h"

#include "database/connection.h"
#include "database/event_query.h"
#include "database/pending.h"
#include "database/ticket.h"
#include "python/python_arguments.h"
#include "python/python_error.h"
#include "python/python_group.h"
#include "python/python_query.h"
#include "python/python_table.h"
#include "python/python_value.h"
#include "render/csv.h"

typedef struct {
    PyObject_HEAD MgConnection *connection;
} ConnectionObject;

static MgConnection *get(PyObject *object)
{
    return ((ConnectionObject *)object)->connection;
}

static PyObject *connection_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    unsigned long long handle;
    GError *error = NULL;
    MgConnection *connection;
    ConnectionObject *self;

    if (!PyArg_ParseTuple(arguments, "K", &handle))
        return NULL;
    connection = mg_connection_borrow((gpointer)(gsize)handle, &error);
    if (connection == NULL)
        return mg_python_error_raise(error);
    self = (ConnectionObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        mg_connection_free(connection);
    else
        self->connection = connection;
    return (PyObject *)self;
}

static void connection_free(PyObject *object)
{
    mg_connection_free(get(object));
    Py_TYPE(object)->tp_free(object);
}

static MgEvents *load(PyObject *object, const GArray *ids, const gchar *const *fields)
{
    GError *error = NULL;
    MgEvents *events;

    Py_BEGIN_ALLOW_THREADS;
    events = mg_event_query_load(get(object), (const gint64 *)ids->data, ids->len, fields, &error);
    Py_END_ALLOW_THREADS;
    if (events == NULL)
        mg_python_error_raise(error);
    return events;
}

/* load_events(ids, columns or None) → list of dicts */
static PyObject *load_events(PyObject *object, PyObject *arguments)
{
    PyObject *list, *columns;
    g_autoptr(GArray) ids = NULL;
    g_auto(GStrv) fields = NULL;
    g_autoptr(MgEvents) events = NULL;

    if (!PyArg_ParseTuple(arguments, "OO", &list, &columns))
        return NULL;
    ids = mg_python_arguments_ids(list);
    if (ids == NULL || !mg_python_arguments_strv(columns, &fields))
        return NULL;
    events = load(object, ids, (const gchar *const *)fields);
    return events != NULL ? mg_python_value_from_events(events) : NULL;
}

/* csv(ids, table) → text */
static PyObject *csv(PyObject *object, PyObject *arguments)
{
    PyObject *list, *table_object;
    g_autoptr(GArray) ids = NULL;
    const MgTable *table;
    g_autofree const gchar **fields = NULL;
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *text = NULL;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "OO", &list, &table_object))
        return NULL;
    table = mg_python_table_get(table_object);
    ids = table != NULL ? mg_python_arguments_ids(list) : NULL;
    if (ids == NULL)
        return NULL;
    fields = mg_table_fields(table);
    events = load(object, ids, fields);
    if (events == NULL)
        return NULL;
    text = mg_csv_format(table, events, &error);
    return text != NULL ? mg_python_value_from_text(text) : mg_python_error_raise(error);
}

static PyObject *ticket(PyObject *object, gchar *(*draw)(MgConnection *, GError **))
{
    g_autofree gchar *text = NULL;
    GError *error = NULL;

    Py_BEGIN_ALLOW_THREADS;
    text = draw(get(object), &error);
    Py_END_ALLOW_THREADS;
    return text != NULL ? mg_python_value_from_text(text) : mg_python_error_raise(error);
}

static PyObject *new_ticket(PyObject *object, PyObject *unused)
{
    return ticket(object, mg_ticket_draw);
}

static PyObject *list_of_groups(GPtrArray *groups)
{
    PyObject *list = PyList_New(0);

    for (guint i = 0; list != NULL && i < groups->len; i++) {
        PyObject *item = mg_python_group_describe(g_ptr_array_index(groups, i));
        if (item == NULL || PyList_Append(list, item) != 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

/* pending(additional directive where) → list of what Directive takes */
static PyObject *pending(PyObject *object, PyObject *arguments)
{
    const gchar *where;
    g_autoptr(GPtrArray) groups = NULL;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "z", &where))
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    groups = mg_pending_list(get(object), where, &error);
    Py_END_ALLOW_THREADS;
    return groups != NULL ? list_of_groups(groups) : mg_python_error_raise(error);
}

/* query(bytes) → as mg_python_query_reply(); QueryError */
static PyObject *query(PyObject *object, PyObject *sql)
{
    const gchar *text = mg_python_query_text(sql);
    g_autoptr(MgScriptResult) result = NULL;
    g_autofree gchar *sqlstate = NULL;
    GError *error = NULL;

    if (text == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    result = mg_script_query_run(get(object), text, &sqlstate, &error);
    Py_END_ALLOW_THREADS;
    return result != NULL ? mg_python_query_reply(result) : mg_python_query_raise(error, sqlstate);
}

static PyMethodDef connection_methods[] = {
    {"query", query, METH_O, NULL},           {"load_events", load_events, METH_VARARGS, NULL},
    {"csv", csv, METH_VARARGS, NULL},         {"new_ticket", new_ticket, METH_NOARGS, NULL},
    {"pending", pending, METH_VARARGS, NULL}, {NULL},
};

PyTypeObject mg_python_connection_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Connection",
    .tp_basicsize = sizeof(ConnectionObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = connection_new,
    .tp_dealloc = connection_free,
    .tp_methods = connection_methods,
};
