/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_fit.h"

#include "flow/fit.h"
#include "flow/fit_rows.h"
#include "formats/notification.h"
#include "python/python_draft.h"
#include "python/python_host.h"
#include "python/python_render.h"

typedef struct {
    MgPythonRender asked;
    MgFitRowsSource source;
    MgCsvRows *rows;
    GArray *parts;     /* of MgPart */
    GPtrArray *drafts; /* of MgDraft */
} Fitting;

static void clear(Fitting *self)
{
    mg_python_render_clear(&self->asked);
    g_clear_pointer(&self->rows, mg_csv_rows_free);
    mg_fit_rows_source_clear(&self->source);
    g_clear_pointer(&self->parts, g_array_unref);
    g_clear_pointer(&self->drafts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fitting, clear)

/* Without the GIL */

/* A script may have loaded them itself, and made their texts. */
static gboolean load_rows(Fitting *self, MgHost *host, GError **error)
{
    if (self->rows == NULL)
        self->rows = mg_fit_rows_load(&self->source, host, &self->asked.own.terms,
                                      self->asked.request, error);
    return self->rows != NULL;
}

static gboolean make(Fitting *self, const MgFit *fit, GError **error)
{
    for (guint i = 0; i < self->parts->len; i++) {
        g_autoptr(GPtrArray) made = mg_fit_make(fit, &g_array_index(self->parts, MgPart, i), error);
        if (made == NULL)
            return FALSE;
        g_ptr_array_add(self->drafts, g_steal_pointer(&((MgNotification *)made->pdata[0])->draft));
    }
    return TRUE;
}

static gboolean make_again(Fitting *self, MgFit *fit, const gchar *mail_id, GError **error)
{
    g_auto(GStrv) ids = NULL;
    MgPart part;

    if (!mg_fit_find_again(fit, mail_id, &part, &ids, error))
        return FALSE;
    self->parts = g_array_new(FALSE, FALSE, sizeof(MgPart));
    g_array_append_val(self->parts, part);
    return make(self, fit, error);
}

static gboolean make_first(Fitting *self, MgFit *fit, GError **error)
{
    g_auto(GStrv) ids = mg_fit_draw_ids(fit);

    fit->ids = (const gchar *const *)ids;
    self->parts = mg_fit_find(fit, error);
    return self->parts != NULL && make(self, fit, error);
}

static gboolean fit_asked(Fitting *self, MgHost *host, GError **error)
{
    g_autofree gchar *drawn = NULL;
    MgFit fit = {.terms = &self->asked.own.terms, .request = self->asked.request};

    host->has_fitted = TRUE;
    if (!load_rows(self, host, error))
        return FALSE;
    fit.rows = self->rows;
    fit.ticket = self->asked.ticket;
    if (fit.ticket == NULL)
        fit.ticket = drawn = mg_ticket_source_next(&host->tickets, error);
    if (fit.ticket == NULL || !mg_fit_set_limits(&fit, host->site, host->fleet, error))
        return FALSE;
    self->drafts = g_ptr_array_new_with_free_func((GDestroyNotify)mg_draft_free);
    return host->mail_id != NULL ? make_again(self, &fit, host->mail_id, error)
                                 : make_first(self, &fit, error);
}

/* With it */

static gboolean read_rows(Fitting *self, const gchar *titles, PyObject *list)
{
    if (titles == NULL)
        return TRUE;
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "rows must be a list");
        return FALSE;
    }
    self->rows = mg_csv_rows_new_of_texts(titles);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        long long id;
        const gchar *row;

        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "Ls", &id, &row))
            return FALSE;
        mg_csv_rows_add_text(self->rows, id, row);
    }
    return TRUE;
}

static gboolean read_arguments(Fitting *self, PyObject *arguments, const MgTerms *given)
{
    PyObject *render, *rows, *limits;
    const gchar *titles;
    Py_ssize_t inline_rows, attachment_size, mail_size;
    gint may_zip;

    if (!PyArg_ParseTuple(arguments, "O!zOO!", &PyTuple_Type, &render, &titles, &rows,
                          &PyTuple_Type, &limits) ||
        !PyArg_ParseTuple(limits, "nnpn", &inline_rows, &attachment_size, &may_zip, &mail_size) ||
        !mg_python_render_read(&self->asked, render, given))
        return FALSE;
    if (inline_rows < 0 || attachment_size < 0 || mail_size <= 0) {
        PyErr_SetString(PyExc_ValueError, "limits of by_size must not be negative");
        return FALSE;
    }
    self->asked.request->by_size =
        (MgBySize){(gsize)inline_rows, (gsize)attachment_size, may_zip, (gsize)mail_size};
    return read_rows(self, titles, rows);
}

static PyObject *describe(Fitting *self)
{
    PyObject *list = PyList_New(0);

    for (guint i = 0; list != NULL && i < self->drafts->len; i++) {
        const MgPart *part = &g_array_index(self->parts, MgPart, i);
        long long first = part->n_events > 0 ? mg_csv_rows_ids(self->rows)[part->first] : 0;
        PyObject *item =
            Py_BuildValue("NLn", mg_python_draft_new(mg_draft_copy(self->drafts->pdata[i])), first,
                          (Py_ssize_t)part->n_events);
        if (item == NULL || PyList_Append(list, item) != 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

PyObject *mg_python_fit(PyObject *object, PyObject *arguments)
{
    MgHost *host = mg_python_host_get(object);
    g_auto(Fitting) self = {.rows = NULL};
    MgPythonHostCall call;
    gboolean ok = FALSE;

    if (host == NULL || !read_arguments(&self, arguments, &host->terms))
        return NULL;
    if (mg_python_host_enter(object, &call))
        ok = fit_asked(&self, call.host, &call.error);
    return mg_python_host_leave(&call) && ok ? describe(&self) : NULL;
}
