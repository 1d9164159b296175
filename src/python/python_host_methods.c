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

static MgEvents *load(PyObject *object, const MgTerms *terms, const gchar *const *fields)
{
    MgPythonHostCall call;
    g_autoptr(MgEvents) events = NULL;

    if (mg_python_host_enter(object, &call))
        events = mg_host_load(call.host, terms, fields, &call.error);
    return mg_python_host_leave(&call) ? g_steal_pointer(&events) : NULL;
}

/* load_events(terms, columns) */
static PyObject *load_events(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms, *columns;
    g_auto(GStrv) fields = NULL;
    g_auto(MgPythonTerms) own = {0};
    g_autoptr(MgEvents) events = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "OO", &terms, &columns) ||
        !mg_python_arguments_strv(columns, &fields) ||
        !mg_python_terms_read(&own, terms, &host->terms))
        return NULL;
    events = load(object, &own.terms, (const gchar *const *)fields);
    return events != NULL ? mg_python_value_from_events(events) : NULL;
}

/* csv(terms, table): the events as that table shows them; None is the built-in one. */
static PyObject *csv(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms, *table_object;
    const MgTable *table;
    g_auto(MgPythonTerms) own = {0};
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
    fields = mg_table_fields(table);
    events = load(object, &own.terms, fields);
    if (events == NULL)
        return NULL;
    text = mg_csv_format(table, events, &error);
    return text != NULL ? mg_python_value_from_text(text) : mg_python_host_raise(object, error);
}

static PyObject *new_ticket(PyObject *object, PyObject *unused)
{
    MgPythonHostCall call;
    g_autofree gchar *ticket = NULL;

    if (mg_python_host_enter(object, &call))
        ticket = mg_ticket_source_next(&call.host->tickets, &call.error);
    return mg_python_host_leave(&call) ? mg_python_value_from_text(ticket) : NULL;
}

/* read_template(terms, name) → (subject, body) */
static PyObject *read_template(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    PyObject *terms;
    const gchar *name;
    MgPythonHostCall call;
    g_auto(MgPythonTerms) own = {0};
    g_autoptr(MgTemplate) template = NULL;

    if (host == NULL || !PyArg_ParseTuple(arguments, "Os", &terms, &name) ||
        !mg_python_terms_read_with_templates(&own, terms, &host->terms))
        return NULL;
    if (mg_python_host_enter(object, &call))
        template = mg_template_store_get(own.terms.templates, name, &call.error);
    if (!mg_python_host_leave(&call))
        return NULL;
    return Py_BuildValue("ss", mg_template_subject(template), mg_template_body(template));
}

/* The number is drawn last: one that is not used is a gap. */
static MgDraft *render_asked(const MgPythonRender *asked, MgHost *host, GError **error)
{
    const MgTerms *terms = &asked->own.terms;
    const MgRequest *request = asked->request;
    const gchar *ticket = asked->ticket;
    g_autoptr(MgEvents) events = NULL;
    g_autofree gchar *drawn = NULL;

    if (request->csv == NULL) {
        g_autofree const gchar **fields = mg_table_fields(request->table);
        events = mg_host_load(host, terms, fields, error);
        if (events == NULL)
            return NULL;
    }
    if (ticket == NULL)
        ticket = drawn = mg_ticket_source_next(&host->tickets, error);
    if (ticket == NULL)
        return NULL;
    return mg_stage4_render(terms, request, events, ticket, request->form, error);
}

/* render(…, as python_render.h has it) → Draft */
static PyObject *render(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    g_auto(MgPythonRender) asked = {0};
    MgPythonHostCall call;
    MgDraft *draft = NULL;

    if (host == NULL || !mg_python_render_read(&asked, arguments, &host->terms))
        return NULL;
    if (mg_python_host_enter(object, &call))
        draft = render_asked(&asked, call.host, &call.error);
    return mg_python_host_leave(&call) ? mg_python_draft_new(draft) : NULL;
}

static MgMail *finish(const MgDraft *draft, const MgTerms *terms, GError **error)
{
    g_autoptr(GBytes) content = mg_stage5_compose(draft, error);

    return content != NULL ? mg_stage6_sign(terms->signer, draft, content, terms->further_headers,
                                            NULL, MG_CLOCK_NONE, error)
                           : NULL;
}

static PyObject *compose_draft(PyObject *object, const MgTerms *terms, PyObject *draft_object)
{
    const MgDraft *draft = mg_python_draft_get(draft_object);
    MgPythonHostCall call;
    MgMail *mail = NULL;

    if (draft == NULL)
        return NULL;
    if (mg_python_host_enter(object, &call))
        mail = finish(draft, terms, &call.error);
    return mg_python_host_leave(&call) ? mg_python_mail_new(mail) : NULL;
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

static gchar *clear_sign(MgSigner *signer, const gchar *text, GError **error)
{
    return signer != NULL ? mg_signer_clear(signer, text, error) : g_strdup(text);
}

/* clearsign(text): the text itself where the site does not sign */
static PyObject *clearsign(PyObject *object, PyObject *text_object)
{
    const gchar *text = PyUnicode_AsUTF8(text_object);
    MgPythonHostCall call;
    g_autofree gchar *signed_text = NULL;

    if (text == NULL)
        return NULL;
    if (mg_python_host_enter(object, &call))
        signed_text = clear_sign(call.host->terms.signer, text, &call.error);
    return mg_python_host_leave(&call) ? mg_python_value_from_text(signed_text) : NULL;
}

/* detach(bytes) → (armored signature, micalg); only where the site signs */
static PyObject *detach(PyObject *object, PyObject *bytes)
{
    g_autoptr(GBytes) content = mg_python_arguments_bytes(bytes);
    MgPythonHostCall call;
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;

    if (content == NULL)
        return NULL;
    if (mg_python_host_enter(object, &call)) {
        g_assert(call.host->terms.signer != NULL);
        signature = mg_signer_detach(call.host->terms.signer, content, &micalg, &call.error);
    }
    if (!mg_python_host_leave(&call))
        return NULL;
    return Py_BuildValue("y#s", g_bytes_get_data(signature, NULL),
                         (Py_ssize_t)g_bytes_get_size(signature), micalg);
}

/* Statements of the script's own */

/* The connection is asked for only here, since that may take a savepoint. */
static MgScriptResult *run_query(MgHost *host, const gchar *sql, gchar **sqlstate, GError **error)
{
    MgConnection *connection = mg_host_connection(host, error);

    return connection != NULL ? mg_script_query_run(connection, sql, sqlstate, error) : NULL;
}

/* query(bytes) → as mg_python_query_reply() */
static PyObject *query(PyObject *object, PyObject *sql_object)
{
    const gchar *sql;
    MgPythonHostCall call;
    g_autoptr(MgScriptResult) result = NULL;
    g_autofree gchar *sqlstate = NULL;
    GError *error = NULL;

    if (mg_python_host_get(object) == NULL)
        return NULL;
    mg_python_host_note_query(object);
    sql = mg_python_query_text(sql_object);
    if (sql == NULL)
        return NULL;
    if (mg_python_host_enter(object, &call))
        result = run_query(call.host, sql, &sqlstate, &call.error);
    if (mg_python_host_leave_with(&call, &error))
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
