/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_render.h"

#include "flow/stage4_render.h"
#include "python/python_arguments.h"
#include "python/python_draft.h"
#include "python/python_error.h"
#include "python/python_table.h"

static gboolean fill(MgRequest *request, PyObject *table, PyObject *substitutions)
{
    MgPairs *pairs = mg_python_arguments_pairs(substitutions);

    if (pairs == NULL)
        return FALSE;
    mg_pairs_free(request->substitutions);
    request->substitutions = pairs;
    if (table != Py_None)
        request->table = mg_python_table_get(table);
    return request->table != NULL;
}

gboolean mg_python_render_read(MgPythonRender *self, PyObject *arguments, const MgTerms *given)
{
    PyObject *terms, *table, *substitutions;
    const gchar *csv, *form, *name, *subject, *body;

    *self = (MgPythonRender){0};
    if (!PyArg_ParseTuple(arguments, "OOzszzzOz", &terms, &table, &csv, &form, &name, &subject,
                          &body, &substitutions, &self->ticket))
        return FALSE;
    if (name != NULL ? !mg_python_terms_read_with_templates(&self->own, terms, given)
                     : !mg_python_terms_read(&self->own, terms, given))
        return FALSE;
    self->request = mg_request_new("format script");
    if (!fill(self->request, table, substitutions))
        return FALSE;
    if (!mg_form_parse(form, &self->request->form)) {
        PyErr_Format(PyExc_ValueError, "data is '%s'; inline, attachment, zip or by_size are known",
                     form);
        return FALSE;
    }
    self->request->csv = g_strdup(csv);
    self->request->template_name = g_strdup(name);
    self->request->subject = g_strdup(subject);
    self->request->body = g_strdup(body);
    return TRUE;
}

void mg_python_render_clear(MgPythonRender *self)
{
    mg_python_terms_clear(&self->own);
    g_clear_pointer(&self->request, mg_request_free);
}

static gboolean check_complete(const MgPythonRender *self)
{
    if (self->request->csv != NULL && self->ticket != NULL)
        return TRUE;
    PyErr_SetString(PyExc_TypeError, "render() needs a CSV and a ticket here");
    return FALSE;
}

PyObject *mg_python_render(PyObject *module, PyObject *arguments)
{
    g_auto(MgPythonRender) asked = {0};
    GError *error = NULL;
    MgDraft *draft;

    if (!mg_python_render_read(&asked, arguments, NULL) || !check_complete(&asked))
        return NULL;
    draft = mg_stage4_render(&asked.own.terms, asked.request, NULL, asked.ticket,
                             asked.request->form, &error);
    return draft != NULL ? mg_python_draft_new(draft) : mg_python_error_raise_template(error);
}
