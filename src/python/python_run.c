/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_run.h"

#include "base/error.h"
#include "base/log.h"
#include "config/configuration.h"
#include "run/run.h"
#include "flow/worker.h"
#include "formats/format_list.h"
#include "python/python_engine.h"
#include "python/python_error.h"
#include "python/python_gil.h"
#include "python/python_group.h"
#include "python/python_value.h"

#include <string.h>

typedef struct {
    PyObject_HEAD MgSettings *settings;
    MgSite *site;
    MgConnection *borrowed;
    MgRun *run;
    gboolean is_alone;
    GPtrArray *tasks;
    gchar *template; /* (nullable): for every directive */
    MgAccount *account;
    GPtrArray *mails; /* of GBytes; added to under the account's lock */
} RunObject;

/* The log: to Python's, since the program that hosts us decides what becomes of it */

/* Called by any thread, mostly by workers. The handlers behind it may be slow, and hold locks. */
static void log_to_python(MgLogLevel level, const gchar *logger, gint64 time_us,
                          const gchar *message, const MgLogField *fields, gpointer user_data)
{
    PyObject *module, *result;

    if (!Py_IsInitialized())
        return;
    mg_python_gil_take();
    module = PyImport_ImportModule("intelmqmail._engine");
    result = module != NULL
                 ? PyObject_CallMethod(module, "log_of_core", "iss", (gint)level, logger, message)
                 : NULL;
    if (result == NULL)
        PyErr_WriteUnraisable(NULL);
    Py_XDECREF(result);
    Py_XDECREF(module);
    mg_python_gil_release();
}

void mg_python_run_log_to_host(void)
{
    mg_log_set_host_writer(log_to_python);
}

/* Those of a dry run are what a preview shows. */
static void keep_mail(const MgAccountMail *told, gpointer data)
{
    RunObject *self = data;

    if (told->outcome == NULL)
        g_ptr_array_add(self->mails, g_bytes_ref(told->mail->wire));
}

/* Opening; the GIL is not held */

static MgFormat *load_script(const gchar *filename, gpointer unused, GError **error)
{
    return mg_python_engine.load(filename, error);
}

static GPtrArray *load_formats(const MgSettings *settings, GPtrArray *given, GError **error)
{
    const MgFormatEngine engine = {".py", load_script, NULL};

    if (given != NULL)
        return g_ptr_array_ref(given);
    return mg_format_list_load(settings->script_directory, &engine, 1, error);
}

static MgSettings *read_settings(const gchar *json, GError **error)
{
    const MgConfigurationText text = {"configuration", json, strlen(json)};
    MgSettings *settings = mg_configuration_load_texts(&text, 1, error);

    for (guint i = 0;
         settings != NULL && settings->warnings != NULL && settings->warnings[i] != NULL; i++)
        mg_log_write(MG_LOG_WARNING, "intelmqmail.cb", NULL, "%s", settings->warnings[i]);
    return settings;
}

static const MgAccountHandlers handlers = {.mail = keep_mail};

static gboolean open_site(RunObject *self, const gchar *json, GPtrArray *given, gboolean dry_run,
                          gpointer handle, GError **error)
{
    GPtrArray *formats;

    self->settings = read_settings(json, error);
    if (self->settings == NULL)
        return FALSE;
    formats = load_formats(self->settings, given, error);
    if (formats == NULL)
        return FALSE;
    self->site = mg_site_open(self->settings, formats,
                              dry_run ? MG_PURPOSE_DRY_RUN : MG_PURPOSE_SEND, error);
    if (self->site == NULL)
        return FALSE;
    if (handle != NULL) {
        self->borrowed = mg_connection_borrow(handle, error);
        if (self->borrowed == NULL)
            return FALSE;
    }
    self->site->is_hosted = TRUE;
    self->site->borrowed = self->borrowed;
    self->account = mg_account_new(&handlers, self);
    self->site->account = self->account;
    self->run = mg_run_new(self->site, &self->is_alone, error);
    return self->run != NULL || !self->is_alone;
}

/* The GIL is not held. */
static void close_all(RunObject *self)
{
    g_clear_pointer(&self->tasks, g_ptr_array_unref);
    g_clear_pointer(&self->run, mg_run_free);
    g_clear_pointer(&self->site, mg_site_free);
    g_clear_pointer(&self->account, mg_account_free);
    g_clear_pointer(&self->borrowed, mg_connection_free);
    g_clear_pointer(&self->settings, mg_settings_free);
}

/* The run has no worker yet: nobody else has the store's lock, which so is not waited for. */
static gboolean add_templates(RunObject *self, PyObject *templates)
{
    PyObject *name, *text;
    Py_ssize_t position = 0;

    while (PyDict_Next(templates, &position, &name, &text)) {
        const gchar *name_text = PyUnicode_AsUTF8(name);
        const gchar *text_text = name_text != NULL ? PyUnicode_AsUTF8(text) : NULL;

        if (text_text == NULL)
            return FALSE;
        mg_template_store_add(self->site->templates, name_text, text_text);
    }
    return TRUE;
}

static GPtrArray *wrap_scripts(PyObject *scripts)
{
    GPtrArray *formats = g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free);

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(scripts); i++) {
        MgFormat *format = mg_python_engine_wrap(PyList_GET_ITEM(scripts, i));
        if (format == NULL) {
            g_ptr_array_unref(formats);
            return NULL;
        }
        g_ptr_array_add(formats, format);
    }
    return formats;
}

static RunObject *allocate(PyTypeObject *type, const gchar *template)
{
    RunObject *self = (RunObject *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    self->mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    self->template = g_strdup(template);
    self->is_alone = TRUE;
    return self;
}

static PyObject *run_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    const gchar *json, *template;
    PyObject *scripts, *templates;
    gint dry_run;
    gboolean ok;
    unsigned long long handle;
    RunObject *self;
    g_autoptr(GPtrArray) formats = NULL;
    GError *error = NULL;

    if (!PyArg_ParseTuple(arguments, "sOpKzO", &json, &scripts, &dry_run, &handle, &template,
                          &templates))
        return NULL;
    if (scripts != Py_None) {
        formats = wrap_scripts(scripts);
        if (formats == NULL)
            return NULL;
    }
    self = allocate(type, template);
    if (self == NULL)
        return NULL;
    mg_python_run_log_to_host();
    Py_BEGIN_ALLOW_THREADS;
    ok = open_site(self, json, formats, dry_run, (gpointer)(gsize)handle, &error);
    Py_END_ALLOW_THREADS;
    if (!ok)
        mg_python_error_raise(error);
    if (!ok || (templates != Py_None && !add_templates(self, templates))) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *run_close(PyObject *object, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS;
    close_all((RunObject *)object);
    Py_END_ALLOW_THREADS;
    Py_RETURN_NONE;
}

static void run_free(PyObject *object)
{
    RunObject *self = (RunObject *)object;

    Py_DECREF(run_close(object, NULL));
    g_ptr_array_unref(self->mails);
    g_free(self->template);
    Py_TYPE(object)->tp_free(object);
}

/* Working */

static gboolean is_open(const RunObject *self)
{
    if (self->run == NULL)
        PyErr_SetString(PyExc_ValueError, "the run is closed");
    return self->run != NULL;
}

static void set_template_for_all(RunObject *self)
{
    for (guint i = 0; self->template != NULL && i < self->tasks->len; i++) {
        const MgTask *task = g_ptr_array_index(self->tasks, i);
        mg_template_store_add(self->site->templates, task->group->template_name, self->template);
    }
}

/* list() → how many groups are pending */
static PyObject *run_list(PyObject *object, PyObject *unused)
{
    RunObject *self = (RunObject *)object;
    GError *error = NULL;

    if (!is_open(self))
        return NULL;
    g_clear_pointer(&self->tasks, g_ptr_array_unref);
    Py_BEGIN_ALLOW_THREADS;
    self->tasks = mg_run_list(self->run, NULL, &error);
    if (self->tasks != NULL)
        set_template_for_all(self);
    Py_END_ALLOW_THREADS;
    if (self->tasks == NULL)
        return mg_python_error_raise(error);
    return PyLong_FromUnsignedLong(self->tasks->len);
}

static gboolean check_range(const RunObject *self, guint first, guint n_tasks)
{
    gboolean ok =
        self->tasks != NULL && first <= self->tasks->len && n_tasks <= self->tasks->len - first;

    if (!ok)
        PyErr_SetString(PyExc_IndexError, "there are not as many groups");
    return ok;
}

/* groups(first, n) → what Directive takes */
static PyObject *run_groups(PyObject *object, PyObject *arguments)
{
    RunObject *self = (RunObject *)object;
    guint first, n_tasks;
    PyObject *list;

    if (!PyArg_ParseTuple(arguments, "II", &first, &n_tasks) || !check_range(self, first, n_tasks))
        return NULL;
    list = PyList_New(0);
    for (guint i = 0; list != NULL && i < n_tasks; i++) {
        const MgTask *task = g_ptr_array_index(self->tasks, first + i);
        PyObject *group = mg_python_group_describe(task->group);
        if (group == NULL || PyList_Append(list, group) != 0)
            Py_CLEAR(list);
        Py_XDECREF(group);
    }
    return list;
}

/* process(first, n) → None, or why the run ended early: groups are left that were not begun. A
 * limit of the site's raises: who asked for these mails must not take them for sent. */
static PyObject *run_process(PyObject *object, PyObject *arguments)
{
    RunObject *self = (RunObject *)object;
    guint first, n_tasks;
    gboolean ok;
    GError *error = NULL;
    PyObject *why;

    if (!is_open(self) || !PyArg_ParseTuple(arguments, "II", &first, &n_tasks) ||
        !check_range(self, first, n_tasks))
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    ok = mg_run_process(self->run, self->tasks, first, n_tasks, &error);
    Py_END_ALLOW_THREADS;
    if (ok)
        Py_RETURN_NONE;
    if (!g_error_matches(error, MG_ERROR, MG_ERROR_RUN) || mg_error_is_brake(error))
        return mg_python_error_raise(error);
    why = mg_python_value_from_text(error->message);
    g_error_free(error);
    return why;
}

static PyObject *run_mails(PyObject *object, PyObject *unused)
{
    RunObject *self = (RunObject *)object;
    PyObject *list = PyList_New(0);

    for (guint i = 0; list != NULL && i < self->mails->len; i++) {
        PyObject *bytes = mg_python_value_from_bytes(g_ptr_array_index(self->mails, i));
        if (bytes == NULL || PyList_Append(list, bytes) != 0)
            Py_CLEAR(list);
        Py_XDECREF(bytes);
    }
    return list;
}

static PyObject *run_summary(PyObject *object, PyObject *unused)
{
    RunObject *self = (RunObject *)object;
    g_autofree gchar *text = NULL;

    if (!is_open(self))
        return NULL;
    text = mg_summary_text(mg_run_summary(self->run), self->site->purpose != MG_PURPOSE_SEND);
    return mg_python_value_from_text(text);
}

/* How many mails were accepted, or made in a dry run. */
static PyObject *run_n_mails(PyObject *object, void *unused)
{
    RunObject *self = (RunObject *)object;

    return PyLong_FromUnsignedLong(self->run != NULL ? mg_summary_mails(mg_run_summary(self->run))
                                                     : 0);
}

/* Groups that are through, however they ended. */
static PyObject *run_n_done(PyObject *object, void *unused)
{
    RunObject *self = (RunObject *)object;

    return PyLong_FromUnsignedLong(self->run != NULL ? mg_summary_done(mg_run_summary(self->run))
                                                     : 0);
}

static PyObject *run_is_alone(PyObject *object, void *unused)
{
    return PyBool_FromLong(((RunObject *)object)->is_alone);
}

static PyMethodDef run_methods[] = {
    {"list", run_list, METH_NOARGS, NULL},
    {"groups", run_groups, METH_VARARGS, NULL},
    {"process", run_process, METH_VARARGS, NULL},
    {"mails", run_mails, METH_NOARGS, NULL},
    {"summary", run_summary, METH_NOARGS, NULL},
    {"close", run_close, METH_NOARGS, NULL},
    {NULL},
};

static PyGetSetDef run_attributes[] = {
    {"is_alone", run_is_alone, NULL, NULL, NULL},
    {"n_mails", run_n_mails, NULL, NULL, NULL},
    {"n_done", run_n_done, NULL, NULL, NULL},
    {NULL},
};

PyTypeObject mg_python_run_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Run",
    .tp_basicsize = sizeof(RunObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = run_new,
    .tp_dealloc = run_free,
    .tp_methods = run_methods,
    .tp_getset = run_attributes,
};
