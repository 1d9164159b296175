/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "python/python_terms.h"

#include "base/clock.h"
#include "python/python_arguments.h"
#include "python/python_error.h"

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return (left > right) - (left < right);
}

/* Ascending, each once, as events are loaded. */
static gboolean take_event_ids(MgGroup *group, PyObject *list)
{
    g_autoptr(GArray) given = mg_python_arguments_ids(list);

    if (given == NULL)
        return FALSE;
    g_array_sort(given, compare_ids);
    group->event_ids = g_new(gint64, given->len + 1);
    for (guint i = 0; i < given->len; i++) {
        gint64 id = g_array_index(given, gint64, i);
        if (i == 0 || id != group->event_ids[group->n_events - 1])
            group->event_ids[group->n_events++] = id;
    }
    return TRUE;
}

/* What a script cannot have changed. */
static void copy_rest(MgGroup *group, const MgGroup *given)
{
    group->notification_format = g_strdup(given->notification_format);
    group->event_data_format = g_strdup(given->event_data_format);
    group->directive_ids = g_memdup2(given->directive_ids, given->n_directives * sizeof(gint64));
    group->n_directives = given->n_directives;
    group->inserted_at = given->inserted_at;
    group->notification_interval = given->notification_interval;
    group->last_sent = given->last_sent;
}

static MgGroup *make_group(const gchar *recipient, const gchar *template_name, PyObject *aggregate,
                           PyObject *event_ids)
{
    g_autoptr(MgGroup) group = mg_group_new();
    MgPairs *pairs = mg_python_arguments_pairs(aggregate);

    if (pairs == NULL)
        return NULL;
    mg_pairs_free(group->aggregate);
    group->aggregate = pairs;
    if (!take_event_ids(group, event_ids))
        return NULL;
    group->recipient_address = g_strdup(recipient);
    group->template_name = g_strdup(template_name);
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

gboolean mg_python_terms_read(MgPythonTerms *self, PyObject *object, const MgTerms *given)
{
    const gchar *recipient, *template_name, *sender, *envelope_from, *template_dir;
    PyObject *aggregate, *event_ids;
    gint is_signed;

    *self = (MgPythonTerms){.terms = {.mail_date = MG_CLOCK_NONE}};
    if (given != NULL)
        self->terms = *given;
    if (given != NULL && object == Py_None)
        return TRUE;
    if (!PyArg_ParseTuple(object, "ssO!O!zzzp", &recipient, &template_name, &PyDict_Type,
                          &aggregate, &PyList_Type, &event_ids, &sender, &envelope_from,
                          &template_dir, &is_signed))
        return FALSE;
    self->group = make_group(recipient, template_name, aggregate, event_ids);
    if (self->group == NULL)
        return FALSE;
    if (given != NULL)
        copy_rest(self->group, given->group);
    self->terms.group = self->group;
    self->terms.sender = sender != NULL ? sender : self->terms.sender;
    self->terms.envelope_from = envelope_from;
    self->terms.signer = is_signed ? self->terms.signer : NULL;
    self->template_dir = template_dir;
    return TRUE;
}

gboolean mg_python_terms_read_with_templates(MgPythonTerms *self, PyObject *object,
                                             const MgTerms *given)
{
    return mg_python_terms_read(self, object, given) && open_templates(self);
}

void mg_python_terms_clear(MgPythonTerms *self)
{
    g_clear_pointer(&self->group, mg_group_unref);
    g_clear_pointer(&self->templates, mg_template_store_free);
}
