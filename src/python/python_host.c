/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_host.h"

#include "base/error.h"
#include "python/python_error.h"
#include "python/python_mail.h"
#include "python/python_query.h"
#include "python/python_terms.h"
#include "python/python_value.h"
#include "render/csv.h"

#include <unistd.h>

typedef struct {
    PyObject_HEAD MgHost *host; /* NULL: the group is over */
    gint gravest;
    gboolean has_queried; /* statements of the script's own */
    pid_t process;
    GMutex lock;  /* of the worker and of is_open; waited for without the GIL */
    gint is_open; /* atomic, since the GIL alone is enough to look at it */
} HostObject;

/* A child has the worker's connections too, as the script's other threads have. */
static const gchar *why_closed(const HostObject *self)
{
    if (self->process != getpid())
        return "a child process cannot use the context of the script that has started it";
    if (!g_atomic_int_get(&self->is_open) || self->host == NULL)
        return "the work on this directive is over: its context cannot be used any more";
    return NULL;
}

MgHost *mg_python_host_get(PyObject *object)
{
    const gchar *why;

    if (!PyObject_TypeCheck(object, &mg_python_host_type)) {
        PyErr_SetString(PyExc_TypeError, "this needs the context of intelmqcbmail");
        return NULL;
    }
    why = why_closed((HostObject *)object);
    if (why == NULL)
        return ((HostObject *)object)->host;
    PyErr_SetString(mg_python_error_class, why);
    return NULL;
}

MgHost *mg_python_host_peek(PyObject *object)
{
    return ((HostObject *)object)->host;
}

/* In a child the lock is as it was when the child was made, perhaps taken for ever. */
gboolean mg_python_host_enter(PyObject *object, GError **error)
{
    HostObject *self = (HostObject *)object;
    gboolean is_child = self->process != getpid();
    const gchar *why;

    if (!is_child)
        g_mutex_lock(&self->lock);
    why = why_closed(self);
    if (why == NULL)
        return TRUE;
    if (!is_child)
        g_mutex_unlock(&self->lock);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, why);
    return FALSE;
}

void mg_python_host_leave(PyObject *object)
{
    g_mutex_unlock(&((HostObject *)object)->lock);
}

void mg_python_host_set_open(PyObject *object, gboolean is_open)
{
    HostObject *self = (HostObject *)object;

    /* Mostly there is one thread, which need not let the GIL go. */
    if (!g_mutex_trylock(&self->lock)) {
        Py_BEGIN_ALLOW_THREADS;
        g_mutex_lock(&self->lock);
        Py_END_ALLOW_THREADS;
    }
    g_atomic_int_set(&self->is_open, is_open);
    g_mutex_unlock(&self->lock);
}

PyObject *mg_python_host_raise(PyObject *object, GError *error)
{
    HostObject *self = (HostObject *)object;
    /* What the set-up seems to lack, the script may have hidden: SET search_path, for one. */
    gboolean is_own_doing = error->code == MG_ERROR_SETUP && self->has_queried;

    if (error->code != MG_ERROR_GROUP && !is_own_doing)
        self->gravest = error->code;
    return mg_python_error_raise_template(error);
}

PyObject *mg_python_host_new(MgHost *host)
{
    HostObject *self = PyObject_New(HostObject, &mg_python_host_type);

    if (self == NULL)
        return NULL;
    self->host = host;
    self->gravest = MG_ERROR_GROUP;
    self->has_queried = FALSE;
    self->process = getpid();
    g_mutex_init(&self->lock);
    self->is_open = FALSE;
    return (PyObject *)self;
}

void mg_python_host_end(PyObject *object)
{
    ((HostObject *)object)->host = NULL;
}

const MgGroup *mg_python_host_group(PyObject *object)
{
    return ((HostObject *)object)->host->terms.group;
}

gint mg_python_host_gravest(PyObject *object)
{
    return ((HostObject *)object)->gravest;
}

/* Calls that wait */

static MgEvents *load(PyObject *object, MgHost *host, const MgTerms *terms,
                      const gchar *const *fields)
{
    GError *error = NULL;
    MgEvents *events = NULL;

    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        events = host->klass->load_events(host, terms, fields, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    if (events == NULL)
        mg_python_host_raise(object, error);
    return events;
}

/* load_events(terms, columns) */
static PyObject *load_events(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms_object, *columns;
    g_auto(GStrv) fields = NULL;
    g_auto(MgPythonTerms) own = {0};
    g_autoptr(MgEvents) events = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms_object, &columns) ||
        !mg_python_mail_strv(columns, &fields) || !mg_python_terms_read(&own, terms_object, host))
        return NULL;
    events = load(object, host, &own.terms, (const gchar *const *)fields);
    return events != NULL ? mg_python_value_from_events(events) : NULL;
}

/* csv(terms, table): the events as that table shows them; None is the built-in one. */
static PyObject *csv(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms_object, *table_object;
    const MgTable *table;
    g_auto(MgPythonTerms) own = {0};
    g_autofree const gchar **fields = NULL;
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *text = NULL;
    GError *error = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms_object, &table_object) ||
        !mg_python_terms_read(&own, terms_object, host))
        return NULL;
    table = table_object == Py_None ? mg_table_builtin() : mg_python_mail_table(table_object);
    if (table == NULL)
        return NULL;
    fields = mg_table_fields(table);
    events = load(object, host, &own.terms, fields);
    if (events == NULL)
        return NULL;
    text = mg_csv_format(table, events, &error);
    return text != NULL ? mg_python_value_from_text(text) : mg_python_host_raise(object, error);
}

static PyObject *new_ticket(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);
    g_autofree gchar *ticket = NULL;
    GError *error = NULL;

    if (host == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        ticket = host->klass->new_ticket(host, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    return ticket != NULL ? mg_python_value_from_text(ticket) : mg_python_host_raise(object, error);
}

/* read_template(terms, name) → (subject, body) */
static PyObject *read_template(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms_object;
    const gchar *name;
    g_auto(MgPythonTerms) own = {0};
    g_autoptr(MgTemplate) template = NULL;
    GError *error = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "Os", &terms_object, &name) ||
        !mg_python_terms_read_with_templates(&own, terms_object, host))
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        template = host->klass->read_template(host, &own.terms, name, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    if (template == NULL)
        return mg_python_host_raise(object, error);
    return Py_BuildValue("ss", mg_template_subject(template), mg_template_body(template));
}

static gboolean fill_request(MgRequest *request, PyObject *table, PyObject *substitutions)
{
    MgPairs *pairs = mg_python_mail_pairs(substitutions);

    if (pairs == NULL)
        return FALSE;
    mg_pairs_free(request->substitutions);
    request->substitutions = pairs;
    if (table != Py_None)
        request->table = mg_python_mail_table(table);
    return request->table != NULL;
}

static PyObject *render_request(PyObject *object, MgHost *host, const MgTerms *terms,
                                const MgRequest *request, const gchar *ticket)
{
    GError *error = NULL;
    MgDraft *draft = NULL;

    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        draft = host->klass->render(host, terms, request, ticket, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    return draft != NULL ? mg_python_mail_from_draft(draft) : mg_python_host_raise(object, error);
}

/* render(terms, table, csv, attach, template name, subject, body, substitutions, ticket) → Draft. Table
 * None is the built-in one; csv given: made already; either template name or subject and body. */
static PyObject *render(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    g_autoptr(MgRequest) request = NULL;
    g_auto(MgPythonTerms) own = {0};
    PyObject *terms_object, *table, *substitutions;
    const gchar *csv_text, *name, *subject, *body, *ticket;
    gint attach;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OOzpzzzOz", &terms_object, &table, &csv_text,
                                          &attach, &name, &subject, &body, &substitutions, &ticket))
        return NULL;
    if (name != NULL ? !mg_python_terms_read_with_templates(&own, terms_object, host)
                     : !mg_python_terms_read(&own, terms_object, host))
        return NULL;
    request = mg_request_new("format script");
    if (!fill_request(request, table, substitutions))
        return NULL;
    request->csv = g_strdup(csv_text);
    request->attach = attach;
    request->template_name = g_strdup(name);
    request->subject = g_strdup(subject);
    request->body = g_strdup(body);
    return render_request(object, host, &own.terms, request, ticket);
}

static PyObject *compose_draft(PyObject *object, MgHost *host, const MgTerms *terms,
                               const MgDraft *draft)
{
    GError *error = NULL;
    MgMail *mail = NULL;

    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        mail = host->klass->compose(host, terms, draft, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    return mail != NULL ? mg_python_mail_from_mail(mail) : mg_python_host_raise(object, error);
}

PyObject *mg_python_host_compose(PyObject *object, PyObject *draft_object)
{
    MgHost *host = mg_python_host_get(object);
    const MgDraft *draft = host != NULL ? mg_python_mail_draft(draft_object) : NULL;

    return draft != NULL ? compose_draft(object, host, &host->terms, draft) : NULL;
}

/* compose(terms, draft) → Mail */
static PyObject *compose(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms_object, *draft_object;
    g_auto(MgPythonTerms) own = {0};
    const MgDraft *draft;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms_object, &draft_object) ||
        !mg_python_terms_read(&own, terms_object, host))
        return NULL;
    draft = mg_python_mail_draft(draft_object);
    return draft != NULL ? compose_draft(object, host, &own.terms, draft) : NULL;
}

static PyObject *clearsign(PyObject *object, PyObject *text_object)
{
    MgHost *host = mg_python_host_get(object);
    const gchar *text = host != NULL ? PyUnicode_AsUTF8(text_object) : NULL;
    g_autofree gchar *signed_text = NULL;
    GError *error = NULL;

    if (text == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        signed_text = host->klass->clearsign(host, &host->terms, text, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    return signed_text != NULL ? mg_python_value_from_text(signed_text)
                               : mg_python_host_raise(object, error);
}

static PyObject *detach(PyObject *object, PyObject *content_object)
{
    MgHost *host = mg_python_host_get(object);
    gchar *bytes;
    Py_ssize_t length;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;
    GError *error = NULL;

    if (host == NULL || PyBytes_AsStringAndSize(content_object, &bytes, &length) != 0)
        return NULL;
    content = g_bytes_new(bytes, (gsize)length);
    Py_BEGIN_ALLOW_THREADS;
    if (mg_python_host_enter(object, &error)) {
        signature = host->klass->detach(host, &host->terms, content, &micalg, &error);
        mg_python_host_leave(object);
    }
    Py_END_ALLOW_THREADS;
    if (signature == NULL)
        return mg_python_host_raise(object, error);
    return Py_BuildValue("y#s", g_bytes_get_data(signature, NULL),
                         (Py_ssize_t)g_bytes_get_size(signature), micalg);
}

static PyObject *query(PyObject *object, PyObject *sql)
{
    if (mg_python_host_get(object) == NULL)
        return NULL;
    ((HostObject *)object)->has_queried = TRUE;
    return mg_python_query_run(NULL, sql, object);
}

/* What is known at once */

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

PyObject *mg_python_host_describe(const MgGroup *group)
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

static PyObject *directive(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_host_describe(host->terms.group) : NULL;
}

static PyObject *now(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_value_from_time(host->now) : NULL;
}

static PyObject *config_json(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_value_from_text(host->config_json) : NULL;
}

static PyObject *is_signing(PyObject *object, void *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? PyBool_FromLong(host->terms.signer != NULL) : NULL;
}

static PyObject *is_dry_run(PyObject *object, void *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? PyBool_FromLong(host->is_dry_run) : NULL;
}

static PyMethodDef host_methods[] = {
    {"load_events", load_events, METH_VARARGS, NULL},
    {"csv", csv, METH_VARARGS, NULL},
    {"new_ticket", new_ticket, METH_NOARGS, NULL},
    {"read_template", read_template, METH_VARARGS, NULL},
    {"render", render, METH_VARARGS, NULL},
    {"compose", compose, METH_VARARGS, NULL},
    {"clearsign", clearsign, METH_O, NULL},
    {"detach", detach, METH_O, NULL},
    {"query", query, METH_O, NULL},
    {"directive", directive, METH_NOARGS, NULL},
    {"now", now, METH_NOARGS, NULL},
    {"config_json", config_json, METH_NOARGS, NULL},
    MG_PYTHON_VALUE_COPY_METHODS,
    {NULL},
};

static PyGetSetDef host_attributes[] = {
    {"is_signing", is_signing, NULL, NULL, NULL},
    {"is_dry_run", is_dry_run, NULL, NULL, NULL},
    {NULL},
};

PyTypeObject mg_python_host_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Host",
    .tp_basicsize = sizeof(HostObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_methods = host_methods,
    .tp_getset = host_attributes,
};
