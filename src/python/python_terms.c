/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_terms.h"

#include "python/python_error.h"
#include "python/python_mail.h"

#include <stdlib.h>

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return (left > right) - (left < right);
}

/* Ascending, each once, as events are loaded. */
static gboolean take_event_ids(MgGroup *group, PyObject *list)
{
    Py_ssize_t n_ids = PyList_GET_SIZE(list);

    group->event_ids = g_new(gint64, n_ids + 1);
    for (Py_ssize_t i = 0; i < n_ids; i++) {
        group->event_ids[i] = PyLong_AsLongLong(PyList_GET_ITEM(list, i));
        if (group->event_ids[i] == -1 && PyErr_Occurred() != NULL)
            return FALSE;
    }
    qsort(group->event_ids, (gsize)n_ids, sizeof *group->event_ids, compare_ids);
    for (Py_ssize_t i = 0; i < n_ids; i++)
        if (i == 0 || group->event_ids[i] != group->event_ids[group->n_events - 1])
            group->event_ids[group->n_events++] = group->event_ids[i];
    return TRUE;
}

static MgGroup *make_group(const MgGroup *given, const gchar *recipient, const gchar *template_name,
                           PyObject *aggregate, PyObject *event_ids)
{
    g_autoptr(MgGroup) group = mg_group_new();
    MgPairs *pairs = mg_python_mail_pairs(aggregate);

    if (pairs == NULL)
        return NULL;
    mg_pairs_free(group->aggregate);
    group->aggregate = pairs;
    if (!take_event_ids(group, event_ids))
        return NULL;
    group->recipient_address = g_strdup(recipient);
    group->template_name = g_strdup(template_name);
    group->notification_format = g_strdup(given->notification_format);
    group->event_data_format = g_strdup(given->event_data_format);
    group->directive_ids = g_memdup2(given->directive_ids, given->n_directives * sizeof(gint64));
    group->n_directives = given->n_directives;
    group->inserted_at = given->inserted_at;
    group->notification_interval = given->notification_interval;
    group->last_sent = given->last_sent;
    return g_steal_pointer(&group);
}

static gboolean open_templates(MgPythonTerms *self)
{
    GError *error = NULL;

    if (self->template_dir == NULL)
        return TRUE;
    self->templates = mg_template_store_new(self->template_dir, &error);
    if (self->templates == NULL)
        return mg_python_error_raise(error) != NULL;
    self->terms.templates = self->templates;
    return TRUE;
}

gboolean mg_python_terms_read(MgPythonTerms *self, PyObject *object, const MgHost *host)
{
    const gchar *recipient, *template_name, *sender, *envelope_from, *template_dir;
    PyObject *aggregate, *event_ids;
    gint is_signed;

    *self = (MgPythonTerms){.terms = host->terms};
    if (object == Py_None)
        return TRUE;
    if (!PyArg_ParseTuple(object, "ssO!O!zzzp", &recipient, &template_name, &PyDict_Type,
                          &aggregate, &PyList_Type, &event_ids, &sender, &envelope_from,
                          &template_dir, &is_signed))
        return FALSE;
    self->group = make_group(host->terms.group, recipient, template_name, aggregate, event_ids);
    if (self->group == NULL)
        return FALSE;
    self->terms.group = self->group;
    self->terms.sender = sender != NULL ? sender : host->terms.sender;
    self->terms.envelope_from = envelope_from;
    self->terms.signer = is_signed ? host->terms.signer : NULL;
    self->template_dir = template_dir;
    return TRUE;
}

gboolean mg_python_terms_read_with_templates(MgPythonTerms *self, PyObject *object,
                                             const MgHost *host)
{
    return mg_python_terms_read(self, object, host) && open_templates(self);
}

void mg_python_terms_clear(MgPythonTerms *self)
{
    g_clear_pointer(&self->group, mg_group_unref);
    g_clear_pointer(&self->templates, mg_template_store_free);
}
