/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The extension module intelmqmail._core: the C core for Python, inside intelmqcbmail and in a
 * plain python3 alike. Not linked with libpython: whoever runs it brings the interpreter.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "base/error.h"
#include "base/log.h"
#include "config/configuration.h"
#include "mime/address.h"
#include "mime/compose.h"
#include "mime/header.h"
#include "mime/quoted_printable.h"
#include "python/python_arguments.h"
#include "python/python_connection.h"
#include "python/python_courier.h"
#include "python/python_draft.h"
#include "python/python_engine.h"
#include "python/python_error.h"
#include "python/python_host_methods.h"
#include "python/python_mail.h"
#include "python/python_query.h"
#include "python/python_render.h"
#include "python/python_report.h"
#include "python/python_run.h"
#include "python/python_table.h"
#include "python/python_value.h"
#include "render/csv.h"
#include "render/template.h"
#include "render/template_store.h"

#include <string.h>

/* CSV of values that a script's own columns made */

static gboolean append_value(GString *csv, PyObject *value)
{
    PyObject *text;
    const gchar *utf8;
    Py_ssize_t length;

    if (value == Py_None) {
        mg_csv_append_text(csv, "", 0);
        return TRUE;
    }
    text = PyObject_Str(value);
    utf8 = text != NULL ? PyUnicode_AsUTF8AndSize(text, &length) : NULL;
    if (utf8 != NULL)
        mg_csv_append_text(csv, utf8, (gsize)length);
    Py_XDECREF(text);
    return utf8 != NULL;
}

static gboolean append_row(GString *csv, PyObject *row)
{
    PyObject *values = PySequence_Tuple(row);
    gboolean ok = values != NULL;

    for (Py_ssize_t i = 0; ok && i < PyTuple_GET_SIZE(values); i++) {
        if (i > 0)
            g_string_append_c(csv, ',');
        ok = append_value(csv, PyTuple_GET_ITEM(values, i));
    }
    g_string_append(csv, "\r\n");
    Py_XDECREF(values);
    return ok;
}

static PyObject *format_csv(PyObject *module, PyObject *arguments)
{
    PyObject *titles, *rows;
    g_autoptr(GString) csv = g_string_new(NULL);
    gboolean ok;

    if (!PyArg_ParseTuple(arguments, "OO!", &titles, &PyList_Type, &rows))
        return NULL;
    ok = append_row(csv, titles);
    for (Py_ssize_t i = 0; ok && i < PyList_GET_SIZE(rows); i++)
        ok = append_row(csv, PyList_GET_ITEM(rows, i));
    return ok ? PyUnicode_FromStringAndSize(csv->str, (Py_ssize_t)csv->len) : NULL;
}

/* Templates */

static PyObject *expand(PyObject *module, PyObject *arguments)
{
    const gchar *text;
    PyObject *mapping;
    g_autoptr(MgPairs) names = NULL;
    g_autofree gchar *expanded = NULL;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "sO", &text, &mapping))
        return NULL;
    names = mg_python_arguments_pairs(mapping);
    if (names == NULL)
        return NULL;
    expanded = mg_template_expand_text("template of a script", text, names, &error);
    return expanded != NULL ? mg_python_value_from_text(expanded)
                            : mg_python_error_raise_template(error);
}

static PyObject *template_texts(MgTemplate *template, GError *error)
{
    PyObject *texts;

    if (template == NULL)
        return mg_python_error_raise(error);
    texts = Py_BuildValue("ss", mg_template_subject(template), mg_template_body(template));
    mg_template_unref(template);
    return texts;
}

/* split_template(text as a caller gives it) → (subject, body) */
static PyObject *split_template(PyObject *module, PyObject *object)
{
    Py_ssize_t length;
    const gchar *text = PyUnicode_AsUTF8AndSize(object, &length);
    GError *error = NULL;
    MgTemplate *template;

    if (text == NULL)
        return NULL;
    template = mg_template_parse_given("text of a template", text, (gsize)length, &error);
    return template_texts(template, error);
}

/* read_template(directory, name) → (subject, body) */
static PyObject *read_template(PyObject *module, PyObject *arguments)
{
    const gchar *directory, *name;
    g_autoptr(MgTemplateStore) store = NULL;
    MgTemplate *template;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "ss", &directory, &name))
        return NULL;
    store = mg_template_store_new(directory, &error);
    if (store == NULL)
        return mg_python_error_raise(error);
    template = mg_template_store_get(store, name, &error);
    return template_texts(template, error);
}

/* Mail */

static PyObject *sender_domain(PyObject *module, PyObject *object)
{
    const gchar *sender = PyUnicode_AsUTF8(object);
    g_autofree gchar *address = NULL;
    GError *error = NULL;

    if (sender == NULL)
        return NULL;
    address = mg_address_of_sender(sender, &error);
    if (address == NULL)
        return mg_python_error_raise(error);
    return mg_python_value_from_text(strrchr(address, '@') + 1);
}

static PyObject *bytes_to_python(GBytes *bytes)
{
    gsize length;
    const gchar *data = g_bytes_get_data(bytes, &length);

    return PyBytes_FromStringAndSize(data, (Py_ssize_t)length);
}

/* The bare address of a sender that may have a display name. */
static PyObject *sender_address(PyObject *module, PyObject *sender)
{
    const gchar *text = PyUnicode_AsUTF8(sender);
    g_autofree gchar *address = NULL;
    GError *error = NULL;

    if (text == NULL)
        return NULL;
    address = mg_address_of_sender(text, &error);
    return address != NULL ? mg_python_value_from_text(address) : mg_python_error_raise(error);
}

static PyObject *user_agent(PyObject *module, PyObject *unused)
{
    return mg_python_value_from_text(mg_report_form_user_agent());
}

/* compose_content(draft) → bytes */
static PyObject *compose_content(PyObject *module, PyObject *object)
{
    const MgDraft *draft = mg_python_draft_get(object);
    g_autoptr(GBytes) content = NULL;
    GError *error = NULL;

    if (draft == NULL)
        return NULL;
    content = mg_compose_content(draft, &error);
    return content != NULL ? bytes_to_python(content) : mg_python_error_raise(error);
}

/* compose_mail(draft, content, signature or None, micalg, date in seconds) → Mail */
static PyObject *compose_mail(PyObject *module, PyObject *arguments)
{
    PyObject *object, *content_object, *signature_object;
    const gchar *micalg;
    long long date;
    const MgDraft *draft;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GBytes) signature = NULL;
    GError *error = NULL;
    MgMail *mail;

    if (!PyArg_ParseTuple(arguments, "OOOzL", &object, &content_object, &signature_object, &micalg,
                          &date))
        return NULL;
    draft = mg_python_draft_get(object);
    content = draft != NULL ? mg_python_arguments_bytes(content_object) : NULL;
    if (content == NULL)
        return NULL;
    if (signature_object != Py_None) {
        signature = mg_python_arguments_bytes(signature_object);
        if (signature == NULL)
            return NULL;
    }
    mail = mg_compose_mail(draft, content, signature, micalg, NULL, date * G_USEC_PER_SEC, NULL,
                           &error);
    return mail != NULL ? mg_python_mail_new(mail) : mg_python_error_raise(error);
}

/* quoted_printable(bytes) → bytes, lines ended by CRLF */
static PyObject *quoted_printable(PyObject *module, PyObject *object)
{
    gchar *data;
    Py_ssize_t length;
    g_autoptr(GString) out = g_string_new(NULL);

    if (PyBytes_AsStringAndSize(object, &data, &length) != 0)
        return NULL;
    mg_quoted_printable_append(out, data, (gsize)length, MG_LINES_TEXT);
    return PyBytes_FromStringAndSize(out->str, (Py_ssize_t)out->len);
}

/* address_header(name, text) → the value as ASCII, folded: domains as A-labels, names as encoded words */
static PyObject *address_header(PyObject *module, PyObject *arguments)
{
    const gchar *name, *text;
    g_autoptr(GPtrArray) mailboxes = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "ss", &name, &text))
        return NULL;
    mailboxes = mg_address_parse(name, text, &error);
    if (mailboxes == NULL)
        return mg_python_error_raise(error);
    mg_header_append_addresses(out, name, text, mailboxes);
    g_string_truncate(out, out->len - strlen("\r\n"));
    return mg_python_value_from_text(g_strchug(out->str + strlen(name) + 1));
}

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
    {"format_csv", format_csv, METH_VARARGS, NULL},
    {"expand", expand, METH_VARARGS, NULL},
    {"split_template", split_template, METH_O, NULL},
    {"read_template", read_template, METH_VARARGS, NULL},
    {"sender_address", sender_address, METH_O, NULL},
    {"sender_domain", sender_domain, METH_O, NULL},
    {"render", mg_python_render, METH_VARARGS, NULL},
    {"user_agent", user_agent, METH_NOARGS, NULL},
    {"compose_content", compose_content, METH_O, NULL},
    {"compose_mail", compose_mail, METH_VARARGS, NULL},
    {"quoted_printable", quoted_printable, METH_O, NULL},
    {"address_header", address_header, METH_VARARGS, NULL},
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
    PyTypeObject *types[] = {&mg_python_table_type,   &mg_python_draft_type,
                             &mg_python_mail_type,    &mg_python_host_methods_type,
                             &mg_python_courier_type, &mg_python_connection_type,
                             &mg_python_run_type,     &mg_python_report_type};

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
