/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_host_methods.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/script_query.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "python/python_arguments.h"
#include "python/python_draft.h"
#include "python/python_fit.h"
#include "python/python_group.h"
#include "python/python_host.h"
#include "python/python_mail.h"
#include "python/python_query.h"
#include "python/python_render.h"
#include "python/python_table.h"
#include "python/python_terms.h"
#include "python/python_value.h"
#include "render/csv.h"

/* Stages 3 to 6 */

typedef struct {
    const MgTerms *terms;
    const gchar *const *fields;
    MgEvents *events;
} Load;

static gboolean do_load(MgHost *host, gpointer data, GError **error)
{
    Load *self = data;

    self->events = mg_host_load(host, self->terms, self->fields, error);
    return self->events != NULL;
}

/* load_events(terms, columns) */
static PyObject *load_events(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms, *columns;
    g_auto(GStrv) fields = NULL;
    g_auto(MgPythonTerms) own = {0};
    Load job = {&own.terms};
    g_autoptr(MgEvents) events = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms, &columns) ||
        !mg_python_arguments_strv(columns, &fields) ||
        !mg_python_terms_read(&own, terms, &host->terms))
        return NULL;
    job.fields = (const gchar *const *)fields;
    if (!mg_python_host_work(object, do_load, &job))
        return NULL;
    events = job.events;
    return mg_python_value_from_events(events);
}

/* csv(terms, table): the events as that table shows them; None is the built-in one. */
static PyObject *csv(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms, *table_object;
    const MgTable *table;
    g_auto(MgPythonTerms) own = {0};
    Load job = {&own.terms};
    g_autofree const gchar **fields = NULL;
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *text = NULL;
    GError *error = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms, &table_object) ||
        !mg_python_terms_read(&own, terms, &host->terms))
        return NULL;
    table = table_object == Py_None ? mg_table_builtin() : mg_python_table_get(table_object);
    if (table == NULL)
        return NULL;
    job.fields = fields = mg_table_fields(table);
    if (!mg_python_host_work(object, do_load, &job))
        return NULL;
    events = job.events;
    text = mg_csv_format(table, events, &error);
    return text != NULL ? mg_python_value_from_text(text) : mg_python_host_raise(object, error);
}

static gboolean do_new_ticket(MgHost *host, gpointer data, GError **error)
{
    gchar **ticket = data;

    *ticket = mg_ticket_source_next(&host->tickets, error);
    return *ticket != NULL;
}

static PyObject *new_ticket(PyObject *object, PyObject *unused)
{
    g_autofree gchar *ticket = NULL;

    if (!mg_python_host_work(object, do_new_ticket, &ticket))
        return NULL;
    return mg_python_value_from_text(ticket);
}

typedef struct {
    const MgTerms *terms;
    const gchar *name;
    MgTemplate *template;
} Reading;

static gboolean do_read_template(MgHost *host, gpointer data, GError **error)
{
    Reading *self = data;

    self->template = mg_template_store_get(self->terms->templates, self->name, error);
    return self->template != NULL;
}

/* read_template(terms, name) → (subject, body) */
static PyObject *read_template(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms;
    g_auto(MgPythonTerms) own = {0};
    Reading job = {&own.terms};
    g_autoptr(MgTemplate) template = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "Os", &terms, &job.name) ||
        !mg_python_terms_read_with_templates(&own, terms, &host->terms) ||
        !mg_python_host_work(object, do_read_template, &job))
        return NULL;
    template = job.template;
    return Py_BuildValue("ss", mg_template_subject(template), mg_template_body(template));
}

typedef struct {
    MgPythonRender asked;
    MgDraft *draft;
} Render;

/* The number is drawn last: one that is not used is a gap. */
static gboolean do_render(MgHost *host, gpointer data, GError **error)
{
    Render *self = data;
    const MgTerms *terms = &self->asked.own.terms;
    const MgRequest *request = self->asked.request;
    const gchar *ticket = self->asked.ticket;
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *drawn = NULL;

    if (request->csv == NULL) {
        g_autofree const gchar **fields = mg_table_fields(request->table);
        events = mg_host_load(host, terms, fields, error);
        if (events == NULL)
            return FALSE;
    }
    if (ticket == NULL)
        ticket = drawn = mg_ticket_source_next(&host->tickets, error);
    if (ticket == NULL)
        return FALSE;
    self->draft = mg_stage4_render(terms, request, events, ticket, request->form, error);
    return self->draft != NULL;
}

/* render(…, as python_render.h has it) → Draft */
static PyObject *render(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    Render job = {.draft = NULL};
    gboolean ok;

    if (host == NULL)
        return NULL;
    ok = mg_python_render_read(&job.asked, arguments, &host->terms) &&
         mg_python_host_work(object, do_render, &job);
    mg_python_render_clear(&job.asked);
    return ok ? mg_python_draft_new(job.draft) : NULL;
}

typedef struct {
    const MgTerms *terms;
    const MgDraft *draft;
    MgMail *mail;
} Compose;

static gboolean do_compose(MgHost *host, gpointer data, GError **error)
{
    Compose *self = data;
    g_autoptr(GBytes) content = mg_stage5_compose(self->draft, error);

    if (content == NULL)
        return FALSE;
    self->mail = mg_stage6_sign(self->terms->signer, self->draft, content,
                                self->terms->further_headers, NULL, MG_CLOCK_NONE, error);
    return self->mail != NULL;
}

static PyObject *compose_draft(PyObject *object, const MgTerms *terms, PyObject *draft)
{
    Compose job = {terms, mg_python_draft_get(draft)};

    if (job.draft == NULL || !mg_python_host_work(object, do_compose, &job))
        return NULL;
    return mg_python_mail_new(job.mail);
}

PyObject *mg_python_host_methods_compose(PyObject *object, PyObject *draft)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? compose_draft(object, &host->terms, draft) : NULL;
}

/* compose(terms, draft) → Mail */
static PyObject *compose(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms, *draft;
    g_auto(MgPythonTerms) own = {0};

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms, &draft) ||
        !mg_python_terms_read(&own, terms, &host->terms))
        return NULL;
    return compose_draft(object, &own.terms, draft);
}

/* Signatures of the script's own */

typedef struct {
    const gchar *text;
    gchar *signed_text;
} Clearsign;

static gboolean do_clearsign(MgHost *host, gpointer data, GError **error)
{
    Clearsign *self = data;

    self->signed_text = host->terms.signer != NULL
                            ? mg_signer_clear(host->terms.signer, self->text, error)
                            : g_strdup(self->text);
    return self->signed_text != NULL;
}

/* clearsign(text): the text itself where the site does not sign */
static PyObject *clearsign(PyObject *object, PyObject *text)
{
    Clearsign job = {PyUnicode_AsUTF8(text)};
    g_autofree gchar *signed_text = NULL;

    if (job.text == NULL || !mg_python_host_work(object, do_clearsign, &job))
        return NULL;
    signed_text = job.signed_text;
    return mg_python_value_from_text(signed_text);
}

typedef struct {
    GBytes *content;
    GBytes *signature;
    gchar *micalg;
} Detach;

static gboolean do_detach(MgHost *host, gpointer data, GError **error)
{
    Detach *self = data;

    g_assert(host->terms.signer != NULL);
    self->signature = mg_signer_detach(host->terms.signer, self->content, &self->micalg, error);
    return self->signature != NULL;
}

/* detach(bytes) → (armored signature, micalg); only where the site signs */
static PyObject *detach(PyObject *object, PyObject *bytes)
{
    g_autoptr(GBytes) content = mg_python_arguments_bytes(bytes);
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;
    Detach job = {content};

    if (content == NULL || !mg_python_host_work(object, do_detach, &job))
        return NULL;
    signature = job.signature;
    micalg = job.micalg;
    return Py_BuildValue("y#s", g_bytes_get_data(signature, NULL),
                         (Py_ssize_t)g_bytes_get_size(signature), micalg);
}

/* Statements of the script's own */

typedef struct {
    const gchar *sql;
    MgScriptResult *result;
    gchar *sqlstate;
} Query;

/* The connection is asked for only here, since that may take a savepoint. */
static gboolean do_query(MgHost *host, gpointer data, GError **error)
{
    Query *self = data;
    MgConnection *connection = mg_host_connection(host, error);

    if (connection != NULL)
        self->result = mg_script_query_run(connection, self->sql, &self->sqlstate, error);
    return self->result != NULL;
}

/* query(bytes) → as mg_python_query_reply() */
static PyObject *query(PyObject *object, PyObject *sql)
{
    Query job = {NULL};
    g_autoptr(MgScriptResult) result = NULL;
    g_autofree gchar *sqlstate = NULL;
    GError *error = NULL;
    gboolean ok;

    if (mg_python_host_get(object) == NULL)
        return NULL;
    mg_python_host_note_query(object);
    job.sql = mg_python_query_text(sql);
    if (job.sql == NULL)
        return NULL;
    ok = mg_python_host_try(object, do_query, &job, &error);
    result = job.result;
    sqlstate = job.sqlstate;
    if (ok)
        return mg_python_query_reply(result);
    return error->code == MG_ERROR_GROUP ? mg_python_query_raise(error, sqlstate)
                                         : mg_python_host_raise(object, error);
}

/* What is known at once */

static PyObject *directive(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_group_describe(host->terms.group) : NULL;
}

/* directive_events(directive ids): of all of the group, whichever are asked for */
static PyObject *directive_events(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_group_directive_events(host->terms.group) : NULL;
}

static PyObject *now(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_value_from_time(host->question.now) : NULL;
}

static PyObject *config_json(PyObject *object, PyObject *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? mg_python_value_from_text(host->site->settings->merged_json) : NULL;
}

static PyObject *is_signing(PyObject *object, void *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? PyBool_FromLong(host->terms.signer != NULL) : NULL;
}

static PyObject *is_dry_run(PyObject *object, void *unused)
{
    MgHost *host = mg_python_host_get(object);

    return host != NULL ? PyBool_FromLong(host->site->purpose != MG_PURPOSE_SEND) : NULL;
}

static PyMethodDef host_methods[] = {
    {"load_events", load_events, METH_VARARGS, NULL},
    {"csv", csv, METH_VARARGS, NULL},
    {"new_ticket", new_ticket, METH_NOARGS, NULL},
    {"read_template", read_template, METH_VARARGS, NULL},
    {"render", render, METH_VARARGS, NULL},
    {"fit", mg_python_fit, METH_VARARGS, NULL},
    {"compose", compose, METH_VARARGS, NULL},
    {"clearsign", clearsign, METH_O, NULL},
    {"detach", detach, METH_O, NULL},
    {"query", query, METH_O, NULL},
    {"directive", directive, METH_NOARGS, NULL},
    {"directive_events", directive_events, METH_O, NULL},
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

PyTypeObject mg_python_host_methods_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "intelmqmail._core.Host",
    .tp_basicsize = sizeof(MgPythonHost),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_methods = host_methods,
    .tp_getset = host_attributes,
};
