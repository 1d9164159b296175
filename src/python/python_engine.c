/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "python/python_engine.h"

#include "base/error.h"
#include "python/python_arguments.h"
#include "python/python_courier.h"
#include "python/python_draft.h"
#include "python/python_error.h"
#include "python/python_gil.h"
#include "python/python_host.h"
#include "python/python_host_methods.h"
#include "python/python_mail.h"

typedef struct {
    MgFormat format;
    PyObject *script;
} PythonFormat;

/* What is kept in MgHost.engine_data between the scripts asked for one group: they share a
 * context. */
typedef struct {
    PyObject *host;
    PyObject *context;
} Group;

/* The named function of intelmqmail._engine; a new reference. */
static PyObject *engine_function(const gchar *name)
{
    PyObject *module = PyImport_ImportModule("intelmqmail._engine");
    PyObject *function = module != NULL ? PyObject_GetAttrString(module, name) : NULL;

    Py_XDECREF(module);
    return function;
}

/* Kept for the life of the process: asked for each script and group. Under the GIL. */
static PyObject *ask_function;
static PyObject *deliver_function;

static PyObject *kept_function(PyObject **kept, const gchar *name)
{
    if (*kept == NULL)
        *kept = engine_function(name);
    return *kept;
}

static void group_free(gpointer data)
{
    Group *group = data;

    if (Py_IsInitialized()) {
        mg_python_gil_take();
        mg_python_host_end(group->host);
        Py_DECREF(group->host);
        Py_XDECREF(group->context);
        mg_python_gil_release();
    }
    g_free(group);
}

static Group *group_of(MgHost *host)
{
    Group *group = host->engine_data;
    PyObject *object;

    if (group != NULL)
        return group;
    object = mg_python_host_new(&mg_python_host_methods_type, host);
    if (object == NULL)
        return NULL;
    group = g_new0(Group, 1);
    group->host = object;
    host->engine_data = group;
    host->engine_data_free = group_free;
    return group;
}

/* Notifications */

typedef struct {
    PyObject *notification;
    PyObject *host;
} Sender;

static void sender_free(gpointer data)
{
    Sender *sender = data;

    if (Py_IsInitialized()) {
        mg_python_gil_take();
        Py_DECREF(sender->notification);
        Py_DECREF(sender->host);
        mg_python_gil_release();
    }
    g_free(sender);
}

static void set_failure(GError **error, gint code, PyObject *text)
{
    const gchar *utf8 = PyUnicode_AsUTF8(text);

    if (utf8 == NULL)
        mg_python_error_take(error, code, "format script");
    else
        g_set_error_literal(error, MG_ERROR, code, utf8);
}

static void call_send(Sender *sender, PyObject *courier, GError **error)
{
    PyObject *function = kept_function(&deliver_function, "deliver");
    PyObject *failure =
        function != NULL
            ? PyObject_CallFunctionObjArgs(function, sender->notification, courier, NULL)
            : NULL;

    if (failure == NULL)
        mg_python_error_take(error, MG_ERROR_GROUP, "format script");
    else if (failure != Py_None)
        set_failure(error, mg_python_host_gravest(sender->host), failure);
    Py_XDECREF(failure);
}

static gboolean deliver(MgNotification *notification, MgCourier *courier, GError **error)
{
    Sender *sender = notification->engine_data;
    GError *failure = NULL;
    PyObject *object;

    mg_python_gil_take();
    object = mg_python_courier_new(sender->host, courier);
    if (object == NULL) {
        mg_python_error_take(&failure, MG_ERROR_GROUP, "format script");
    } else {
        mg_python_host_set_open(sender->host, TRUE);
        call_send(sender, object, &failure);
        mg_python_host_set_open(sender->host, FALSE);
        mg_python_courier_end(object);
        Py_DECREF(object);
    }
    mg_python_gil_release();
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

static void set_sender(MgNotification *notification, PyObject *host, PyObject *object)
{
    Sender *sender = g_new(Sender, 1);

    sender->notification = Py_NewRef(object);
    sender->host = Py_NewRef(host);
    notification->deliver = deliver;
    notification->engine_data = sender;
    notification->engine_data_free = sender_free;
}

/* From what _engine._about() gives; what a copy is about marks nothing. */
static gboolean read_about(MgNotification *notification, gboolean marks, PyObject *object,
                           PyObject *host)
{
    MgMarks *about = marks ? &notification->marks : &notification->about;
    g_autoptr(GArray) ids = NULL;

    if (!marks)
        notification->marks.kind = MG_MARKS_NONE;
    if (object == Py_True)
        return TRUE;
    ids = mg_python_arguments_ids(object);
    if (ids == NULL)
        return FALSE;
    *about = mg_marks_of(mg_python_host_group(host), (const gint64 *)ids->data, ids->len);
    if (!marks && about->kind == MG_MARKS_NONE)
        about->kind = MG_MARKS_ALL; /* the script knows no better */
    return TRUE;
}

/* From what _engine._for_core() gives. */
static MgNotification *notification_from(PyObject *tuple, PyObject *host)
{
    PyObject *content, *failure, *about, *sender;
    const gchar *ticket;
    gint marks;
    MgNotification *notification;

    if (!PyArg_ParseTuple(tuple, "OOzpOO", &content, &failure, &ticket, &marks, &about, &sender))
        return NULL;
    notification = mg_notification_new();
    if (failure != Py_None)
        set_failure(&notification->failure, mg_python_host_gravest(host), failure);
    else if (PyObject_TypeCheck(content, &mg_python_draft_type))
        notification->draft = mg_draft_copy(mg_python_draft_get(content));
    else if (PyObject_TypeCheck(content, &mg_python_mail_type))
        notification->mail = mg_mail_copy(mg_python_mail_get(content));
    notification->ticket = g_strdup(ticket);
    if (sender != Py_None)
        set_sender(notification, host, sender);
    if (read_about(notification, marks, about, host))
        return notification;
    mg_notification_free(notification);
    return NULL;
}

static GPtrArray *notifications_from(PyObject *list, PyObject *host)
{
    g_autoptr(GPtrArray) notifications =
        g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);

    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        MgNotification *notification = notification_from(PyList_GET_ITEM(list, i), host);
        if (notification == NULL)
            return NULL;
        g_ptr_array_add(notifications, notification);
    }
    return g_steal_pointer(&notifications);
}

/* Deciding */

static MgDecision *decision_from(const gchar *filename, PyObject *answer, PyObject *host)
{
    g_autofree gchar *name = g_path_get_basename(filename);
    MgDecision *decision;
    GPtrArray *notifications;

    if (answer == Py_None)
        return mg_decision_new(MG_ANSWER_NOT_MINE, name);
    if (answer == Py_True)
        return mg_decision_new(MG_ANSWER_POSTPONED, name);
    notifications = notifications_from(answer, host);
    if (notifications == NULL)
        return NULL;
    decision = mg_decision_new(MG_ANSWER_NOTIFICATIONS, name);
    g_clear_pointer(&decision->notifications, g_ptr_array_unref);
    decision->notifications = notifications;
    return decision;
}

/* `reply`: (context, answer, failure) of _engine.ask(). */
static MgDecision *read_reply(PythonFormat *format, Group *group, PyObject *reply, GError **error)
{
    PyObject *context, *answer, *failure;
    MgDecision *decision;

    if (!PyArg_ParseTuple(reply, "OOO", &context, &answer, &failure)) {
        mg_python_error_take(error, MG_ERROR_GROUP, "format script");
        return NULL;
    }
    if (group->context == NULL && context != Py_None)
        group->context = Py_NewRef(context);
    if (failure != Py_None) {
        set_failure(error, mg_python_host_gravest(group->host), failure);
        return NULL;
    }
    decision = decision_from(format->format.filename, answer, group->host);
    if (decision == NULL)
        mg_python_error_take(error, MG_ERROR_GROUP, "format script");
    return decision;
}

static MgDecision *ask(PythonFormat *format, MgHost *host, GError **error)
{
    Group *group = group_of(host);
    PyObject *function = kept_function(&ask_function, "ask");
    PyObject *reply;
    MgDecision *decision;

    if (group == NULL || function == NULL) {
        mg_python_error_take(error, MG_ERROR_GROUP, "format script");
        return NULL;
    }
    mg_python_host_set_open(group->host, TRUE);
    reply = PyObject_CallFunctionObjArgs(function, format->script,
                                         group->context != NULL ? group->context : Py_None,
                                         group->host, NULL);
    mg_python_host_set_open(group->host, FALSE);
    if (reply == NULL) {
        mg_python_error_take(error, MG_ERROR_GROUP, "format script");
        return NULL;
    }
    decision = read_reply(format, group, reply, error);
    Py_DECREF(reply);
    return decision;
}

static MgDecision *decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    MgDecision *decision;

    mg_python_gil_take();
    decision = ask((PythonFormat *)format, question->host, error);
    mg_python_gil_release();
    return decision;
}

static void free_format(MgFormat *format)
{
    PythonFormat *self = (PythonFormat *)format;

    if (Py_IsInitialized()) {
        mg_python_gil_take();
        Py_DECREF(self->script);
        mg_python_gil_release();
    }
    g_free(self);
}

static const MgFormatClass python_class = {
    .decide = decide,
    .free = free_format,
    .failure_is_final = FALSE,
};

/* Loading */

static PyObject *load_script(const gchar *filename, GError **error)
{
    PyObject *function = engine_function("load");
    PyObject *reply =
        function != NULL ? PyObject_CallFunction(function, "N", PyUnicode_DecodeFSDefault(filename))
                         : NULL;
    PyObject *script = NULL;
    PyObject *failure = NULL;
    g_autofree gchar *quoted = mg_error_quote(filename);

    if (reply == NULL || !PyArg_ParseTuple(reply, "OO", &script, &failure)) {
        mg_python_error_take(error, MG_ERROR_SETUP, quoted);
    } else if (failure != Py_None) {
        g_autoptr(GError) reason = NULL;
        set_failure(&reason, MG_ERROR_SETUP, failure);
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "format script %s cannot be used:\n%s", quoted,
                    reason->message);
    }
    script = script != NULL && failure == Py_None ? Py_NewRef(script) : NULL;
    Py_XDECREF(function);
    Py_XDECREF(reply);
    return script;
}

static MgFormat *format_new(const gchar *filename, PyObject *script)
{
    PythonFormat *format = g_new0(PythonFormat, 1);

    format->format.klass = &python_class;
    format->format.filename = g_strdup(filename);
    format->script = script;
    return &format->format;
}

static MgFormat *load(const gchar *filename, GError **error)
{
    PyObject *script;

    mg_python_gil_take();
    script = load_script(filename, error);
    mg_python_gil_release();
    return script != NULL ? format_new(filename, script) : NULL;
}

MgFormat *mg_python_engine_wrap(PyObject *script)
{
    PyObject *filename = PyObject_GetAttrString(script, "filename");
    const gchar *text = filename != NULL ? PyUnicode_AsUTF8(filename) : NULL;
    MgFormat *format = text != NULL ? format_new(text, Py_NewRef(script)) : NULL;

    Py_XDECREF(filename);
    return format;
}

static gboolean set_up_embedded(GError **error)
{
    PyObject *function = engine_function("set_up_embedded");
    PyObject *result = function != NULL ? PyObject_CallNoArgs(function) : NULL;

    if (result == NULL)
        mg_python_error_take(error, MG_ERROR_SETUP, "package intelmqmail cannot be used");
    Py_XDECREF(function);
    Py_XDECREF(result);
    return result != NULL;
}

const MgPythonEngine mg_python_engine = {
    .set_up_embedded = set_up_embedded,
    .load = load,
};
