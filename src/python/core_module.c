/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The extension module intelmqmail._core: the C core for Python, inside intelmqcbmail and in a
 * plain python3 alike. Not linked with libpython: whoever runs it brings the interpreter.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/log.h"
#include "config/configuration.h"
#include "mime/compose.h"
#include "model/table.h"
#include "python/python_compose.h"
#include "python/python_connection.h"
#include "python/python_courier.h"
#include "python/python_csv.h"
#include "python/python_draft.h"
#include "python/python_engine.h"
#include "python/python_error.h"
#include "python/python_host_methods.h"
#include "python/python_mail.h"
#include "python/python_query.h"
#include "python/python_render.h"
#include "python/python_report.h"
#include "python/python_run.h"
#include "python/python_signer.h"
#include "python/python_table.h"
#include "python/python_template.h"
#include "python/python_value.h"
#include "report/report_form.h"

/* The log */

static PyObject *write_log(PyObject *module, PyObject *arguments)
{
    gint level;
    const gchar *name, *message;

    if (!PyArg_ParseTuple(arguments, "iss", &level, &name, &message))
        return NULL;
    /* Scripts may log at levels of their own; the program's log knows five. */
    level = CLAMP(level / 10 * 10, MG_LOG_DEBUG, MG_LOG_CRITICAL);
    Py_BEGIN_ALLOW_THREADS;
    mg_log_write((MgLogLevel)level, name, NULL, "%s", message);
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

static PyObject *log_level(PyObject *module, PyObject *unused)
{
    for (gint level = MG_LOG_DEBUG; level <= MG_LOG_CRITICAL; level += 10)
        if (mg_log_enabled((MgLogLevel)level))
            return PyLong_FromLong(level);
    return PyLong_FromLong(MG_LOG_CRITICAL);
}

/* set_log_level(level): below it the core does not even write its messages. */
static PyObject *set_log_level(PyObject *module, PyObject *level)
{
    long number = PyLong_AsLong(level);

    if (number == -1 && PyErr_Occurred() != NULL)
        return NULL;
    mg_log_set_level((MgLogLevel)CLAMP(number, MG_LOG_DEBUG, MG_LOG_CRITICAL));
    Py_RETURN_NONE;
}

static PyObject *user_agent(PyObject *module, PyObject *unused)
{
    return mg_python_value_from_text(mg_report_form_user_agent());
}

/* read_configuration(system file) → the merged files as JSON */
static PyObject *read_configuration(PyObject *module, PyObject *filename)
{
    const gchar *system_file = PyUnicode_AsUTF8(filename);
    g_autofree gchar *user_file = mg_configuration_user_file();
    g_autofree gchar *text = NULL;
    GError *error = NULL;

    if (system_file == NULL)
        return NULL;
    text = mg_configuration_read(system_file, user_file, &error);
    return text != NULL ? mg_python_value_from_text(text) : mg_python_error_raise(error);
}

/* The columns of the built-in table as (field, title). */
static PyObject *builtin_table(PyObject *module, PyObject *unused)
{
    const MgTable *table = mg_table_builtin();
    PyObject *pairs = PyList_New(0);

    for (gsize i = 0; pairs != NULL && i < table->n_columns; i++) {
        PyObject *pair = Py_BuildValue("ss", table->columns[i].field, table->columns[i].title);
        if (pair == NULL || PyList_Append(pairs, pair) != 0)
            Py_CLEAR(pairs);
        Py_XDECREF(pair);
    }
    return pairs;
}

static PyMethodDef methods[] = {
    {"format_csv", mg_python_csv_format, METH_VARARGS, NULL},
    {"expand", mg_python_template_expand, METH_VARARGS, NULL},
    {"split_template", mg_python_template_split, METH_O, NULL},
    {"read_template", mg_python_template_read, METH_VARARGS, NULL},
    {"sender_address", mg_python_compose_sender_address, METH_O, NULL},
    {"sender_domain", mg_python_compose_sender_domain, METH_O, NULL},
    {"render", mg_python_render, METH_VARARGS, NULL},
    {"user_agent", user_agent, METH_NOARGS, NULL},
    {"compose_content", mg_python_compose_content, METH_O, NULL},
    {"compose_mail", mg_python_compose_mail, METH_VARARGS, NULL},
    {"quoted_printable", mg_python_compose_quoted_printable, METH_O, NULL},
    {"address_header", mg_python_compose_address_header, METH_VARARGS, NULL},
    {"log", write_log, METH_VARARGS, NULL},
    {"log_level", log_level, METH_NOARGS, NULL},
    {"set_log_level", set_log_level, METH_O, NULL},
    {"read_configuration", read_configuration, METH_O, NULL},
    {"value", mg_python_query_value, METH_VARARGS, NULL},
    {"builtin_table", builtin_table, METH_NOARGS, NULL},
    {NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "intelmqmail._core",
    .m_size = -1, /* one interpreter: the core's engine and log belong to the process */
    .m_methods = methods,
};

static gboolean add_classes(PyObject *module)
{
    PyTypeObject *types[] = {
        &mg_python_table_type,        &mg_python_draft_type,   &mg_python_mail_type,
        &mg_python_host_methods_type, &mg_python_courier_type, &mg_python_connection_type,
        &mg_python_run_type,          &mg_python_report_type,  &mg_python_signer_type};

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (PyModule_AddType(module, types[i]) != 0)
            return FALSE;
    mg_python_error_class =
        PyErr_NewException("intelmqmail.notification.NotificationError", NULL, NULL);
    return mg_python_error_class != NULL &&
           PyModule_AddObjectRef(module, "NotificationError", mg_python_error_class) == 0;
}

static gboolean add_engine(PyObject *module)
{
    PyObject *capsule = PyCapsule_New((gpointer)&mg_python_engine, MG_PYTHON_ENGINE_CAPSULE, NULL);
    gboolean ok = capsule != NULL && PyModule_AddObjectRef(module, "_engine", capsule) == 0;

    Py_XDECREF(capsule);
    return ok;
}

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void)
{
    PyObject *module = PyModule_Create(&definition);

    if (module == NULL)
        return NULL;
    mg_compose_init();
    if (!mg_python_value_init() || !mg_python_query_init(module) || !add_classes(module) ||
        !add_engine(module))
        Py_CLEAR(module);
    return module;
}
