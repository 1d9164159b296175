/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_report.h"

#include "python/python_draft.h"
#include "python/python_error.h"
#include "python/python_value.h"
#include "report/schema_store.h"

typedef struct {
    PyObject_HEAD MgSchemaStore *store;
    const MgXArfSchema *schema; /* of the store */
} SchemaObject;

/* XArfSchema(address, directory): the directory may be None. */
static PyObject *schema_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *url;
    const gchar *directory;
    g_autoptr(MgSchemaStore) store = NULL;
    const MgXArfSchema *schema = NULL;
    GError *error = NULL;
    SchemaObject *self;

    if (!PyArg_ParseTuple(arguments, "sz", &url, &directory))
        return NULL;
    store = mg_schema_store_new(directory);
    schema = mg_schema_store_get(store, url, &error);
    if (schema == NULL)
        return mg_python_error_raise(error);
    self = (SchemaObject *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->store = g_steal_pointer(&store);
    self->schema = schema;
    return (PyObject *)self;
}

static void schema_free(PyObject *object)
{
    mg_schema_store_free(((SchemaObject *)object)->store);
    Py_TYPE(object)->tp_free(object);
}

/* names(): of the properties, as values are named. */
static PyObject *schema_names(PyObject *object, PyObject *unused)
{
    g_autofree const gchar **names = mg_x_arf_names(((SchemaObject *)object)->schema);

    return mg_python_value_from_strv(names);
}

/* The texts are the objects' own. */
static gboolean read_values(PyObject *list, GArray *values)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        MgXArfValue value = {NULL};
        int is_integer;

        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "ssp", &value.name, &value.text,
                              &is_integer))
            return FALSE;
        value.is_integer = is_integer;
        g_array_append_val(values, value);
    }
    return TRUE;
}

/* report(draft, [(name, text, whether it is an integer)], evidence, its media type): the draft with
 * the report, another object. Evidence is bytes or None. */
static PyObject *schema_report(PyObject *object, PyObject *arguments)
{
    PyObject *draft;
    PyObject *list;
    const gchar *bytes;
    Py_ssize_t n_bytes;
    const gchar *type;
    const MgDraft *given;
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(MgXArfValue));
    g_autofree gchar *text = NULL;
    GError *error = NULL;
    MgDraft *copy;

    if (!PyArg_ParseTuple(arguments, "OO!z#z", &draft, &PyList_Type, &list, &bytes, &n_bytes,
                          &type))
        return NULL;
    given = mg_python_draft_get(draft);
    if (given == NULL || !read_values(list, values))
        return NULL;
    text = mg_x_arf_write(((SchemaObject *)object)->schema, (const MgXArfValue *)values->data,
                          values->len, &error);
    if (text == NULL)
        return mg_python_error_raise(error);
    copy = mg_draft_copy(given);
    mg_draft_report_free(copy->report);
    copy->report = mg_draft_report_new(MG_DRAFT_REPORT_X_ARF);
    copy->report->text = g_steal_pointer(&text);
    copy->report->evidence = bytes != NULL ? g_bytes_new(bytes, (gsize)n_bytes) : NULL;
    copy->report->evidence_type = bytes != NULL ? g_strdup(type) : NULL;
    return mg_python_draft_new(copy);
}

static PyMethodDef methods[] = {
    {"names", schema_names, METH_NOARGS, NULL},
    {"report", schema_report, METH_VARARGS, NULL},
    {NULL},
};

PyTypeObject mg_python_report_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.XArfSchema",
    .tp_basicsize = sizeof(SchemaObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = schema_new,
    .tp_dealloc = schema_free,
    .tp_methods = methods,
};
