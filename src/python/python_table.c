/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_table.h"

#include "python/python_error.h"

typedef struct {
    PyObject_HEAD MgTable *table;
} TableObject;

static gboolean fill_table(MgTable *table, PyObject *pairs)
{
    for (gsize i = 0; i < table->n_columns; i++) {
        const gchar *field, *title;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(pairs, (Py_ssize_t)i), "ss", &field, &title))
            return FALSE;
        if (!mg_table_is_field_name(field)) {
            PyErr_Format(mg_python_error_class, "%R cannot be the name of an event field",
                         PyTuple_GET_ITEM(PyList_GET_ITEM(pairs, (Py_ssize_t)i), 0));
            return FALSE;
        }
        mg_table_set_column(table, i, field, title);
    }
    return TRUE;
}

static PyObject *table_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *name;
    PyObject *pairs;
    g_autoptr(MgTable) table = NULL;
    TableObject *self;

    if (!PyArg_ParseTuple(arguments, "sO!", &name, &PyList_Type, &pairs))
        return NULL;
    table = mg_table_new(name, (gsize)PyList_GET_SIZE(pairs));
    if (!fill_table(table, pairs))
        return NULL;
    self = (TableObject *)type->tp_alloc(type, 0);
    if (self != NULL)
        self->table = g_steal_pointer(&table);
    return (PyObject *)self;
}

static void table_free(PyObject *object)
{
    mg_table_free(((TableObject *)object)->table);
    Py_TYPE(object)->tp_free(object);
}

PyTypeObject mg_python_table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Table",
    .tp_basicsize = sizeof(TableObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = table_new,
    .tp_dealloc = table_free,
};

const MgTable *mg_python_table_get(PyObject *object)
{
    return mg_python_error_check_type(object, &mg_python_table_type)
               ? ((TableObject *)object)->table
               : NULL;
}
