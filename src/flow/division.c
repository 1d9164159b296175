/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/division.h"

#include "model/marks.h"

#include <stdlib.h>

typedef struct {
    gint64 directive;
    gint64 event;
    gboolean is_rest;
} Pair;

struct MgDivision {
    MgGroup *group;
    Pair *pairs; /* of all directives of the parts, part by part */
    gsize n_pairs;
    gsize next;       /* index of the first pair that no part has had */
    gsize n_left;     /* parts */
    GPtrArray *mails; /* (nullable): of MgNotification, a part each */
    gchar *format_name;
    guint first_format;
    guint first_rule;
    GArray *parts;     /* (nullable): of MgPart, as many as pairs are in each */
    GArray *part_ends; /* with these, of gsize: the pair behind each */
    gchar *ticket;
    gchar **ids;
    gboolean has_been_divided; /* before, for its size */
    gboolean is_fitted;
    gboolean has_one_ticket; /* its mails */
    const MgTask *last;      /* the part that it has given last, to tell it from others only */
};

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return left < right ? -1 : left > right;
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const Pair *left = a;
    const Pair *right = b;

    if (left->is_rest != right->is_rest)
        return left->is_rest ? 1 : -1;
    if (left->event != right->event)
        return left->event < right->event ? -1 : 1;
    return compare_ids(&left->directive, &right->directive);
}

/* Whether both are of one part. */
static gboolean is_together(const Pair *a, const Pair *b)
{
    return a->is_rest == b->is_rest && (a->is_rest || a->event == b->event);
}

MgDivision *mg_division_by_event(const MgGroup *group, const gint64 *rest, gsize n_rest)
{
    MgDivision *division = g_new0(MgDivision, 1);
    Pair *pairs = g_new(Pair, group->n_directives + 1);

    for (gsize i = 0; i < group->n_directives; i++) {
        gint64 event = mg_group_event_of(group, i);
        gboolean is_rest =
            n_rest > 0 && bsearch(&event, rest, n_rest, sizeof *rest, compare_ids) != NULL;
        pairs[i] = (Pair){group->directive_ids[i], event, is_rest};
    }
    qsort(pairs, group->n_directives, sizeof *pairs, compare);
    for (gsize i = 0; i < group->n_directives; i++)
        division->n_left += i == 0 || !is_together(&pairs[i - 1], &pairs[i]);
    division->group = mg_group_ref(group);
    division->pairs = pairs;
    division->n_pairs = group->n_directives;
    return division;
}

void mg_division_ask_first(MgDivision *division, guint format, guint rule)
{
    division->first_format = format;
    division->first_rule = rule;
}

/* As many as go with each part: up to the first that is about the next part's first event. */
static GArray *find_ends(const MgDivision *division, const GArray *parts, const gint64 *events)
{
    GArray *ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    gsize end = 0;

    for (guint i = 1; i < parts->len; i++) {
        gint64 next = events[g_array_index(parts, MgPart, i).first];
        while (end < division->n_pairs && division->pairs[end].event < next)
            end++;
        g_array_append_val(ends, end);
    }
    g_array_append_val(ends, division->n_pairs);
    return ends;
}

MgDivision *mg_division_by_size(const MgGroup *group, const GArray *parts, const gint64 *events,
                                const gchar *ticket, const gchar *const *ids)
{
    MgDivision *division = mg_division_by_event(group, NULL, 0);

    division->n_left = parts->len;
    division->parts = g_array_sized_new(FALSE, FALSE, sizeof(MgPart), parts->len);
    g_array_append_vals(division->parts, parts->data, parts->len);
    division->part_ends = find_ends(division, parts, events);
    division->ticket = g_strdup(ticket);
    division->ids = g_strdupv((gchar **)ids);
    return division;
}

void mg_division_set_divided_before(MgDivision *division, gboolean has_been_divided)
{
    division->has_been_divided = has_been_divided;
}

void mg_division_set_fitted(MgDivision *division, gboolean is_fitted)
{
    division->is_fitted = is_fitted;
}

gboolean mg_division_is_one_by_one(const MgDivision *division)
{
    return division->parts != NULL || division->has_one_ticket;
}

static gsize index_of(const MgGroup *group, gint64 directive)
{
    const gint64 *found = bsearch(&directive, group->directive_ids, group->n_directives,
                                  sizeof directive, compare_ids);

    g_assert(found != NULL); /* marks are of the group */
    return (gsize)(found - group->directive_ids);
}

static const gchar *ticket_of(const MgNotification *mail)
{
    if (mail->draft != NULL)
        return mail->draft->ticket;
    return mail->mail != NULL ? mail->mail->ticket : NULL;
}

/* Some of them at least. */
static gboolean have_one_ticket(const GPtrArray *mails)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < mails->len; i++) {
        const gchar *ticket = ticket_of(g_ptr_array_index(mails, i));
        if (ticket != NULL && !g_hash_table_add(seen, (gpointer)ticket))
            return TRUE;
    }
    return FALSE;
}

MgDivision *mg_division_by_mail(const MgGroup *group, GPtrArray *mails, const gchar *format_name)
{
    MgDivision *division = g_new0(MgDivision, 1);

    division->group = mg_group_ref(group);
    division->pairs = g_new(Pair, group->n_directives + 1);
    division->mails = mails;
    division->n_left = mails->len;
    division->format_name = g_strdup(format_name);
    division->has_one_ticket = have_one_ticket(mails);
    for (guint i = 0; i < mails->len; i++) {
        const MgNotification *mail = g_ptr_array_index(mails, i);

        for (gsize k = 0; k < mail->marks.n_ids; k++) {
            gint64 directive = mail->marks.ids[k];
            gint64 event = mg_group_event_of(group, index_of(group, directive));

            g_assert(division->n_pairs < group->n_directives);
            division->pairs[division->n_pairs++] = (Pair){directive, event, FALSE};
        }
    }
    return division;
}

void mg_division_free(MgDivision *division)
{
    if (division == NULL)
        return;
    mg_group_unref(division->group);
    g_clear_pointer(&division->mails, g_ptr_array_unref);
    g_free(division->format_name);
    g_clear_pointer(&division->parts, g_array_unref);
    g_clear_pointer(&division->part_ends, g_array_unref);
    g_free(division->ticket);
    g_strfreev(division->ids);
    g_free(division->pairs);
    g_free(division);
}

gsize mg_division_n_left(const MgDivision *division)
{
    return division->n_left;
}

/* Up to the pair at `end`. */
static MgTask *take(MgDivision *division, gsize end)
{
    gsize n_pairs = end - division->next;
    g_autofree gint64 *directives = g_new(gint64, n_pairs);
    g_autofree gint64 *events = g_new(gint64, n_pairs);
    MgTask *task = NULL;

    for (gsize i = 0; i < n_pairs; i++) {
        directives[i] = division->pairs[division->next + i].directive;
        events[i] = division->pairs[division->next + i].event;
    }
    task = mg_task_new(mg_group_new_part(division->group, directives, events, n_pairs), NULL);
    task->is_part = TRUE;
    division->next = end;
    division->last = task;
    return task;
}

static MgTask *next_mail(MgDivision *division)
{
    guint index = division->mails->len - (guint)division->n_left--;
    MgNotification *mail = g_ptr_array_index(division->mails, index);
    MgTask *task = take(division, division->next + mail->marks.n_ids);

    task->prepared = mg_notification_copy(mail);
    mg_marks_clear(&task->prepared->marks);
    task->prepared->marks.kind = MG_MARKS_ALL; /* of the part */
    task->format_name = g_strdup(division->format_name);
    task->is_one_of_several = division->has_one_ticket;
    task->is_fitted = division->is_fitted;
    task->has_been_divided = division->has_been_divided;
    return task;
}

static MgTask *next_by_size(MgDivision *division)
{
    guint index = division->parts->len - (guint)division->n_left--;
    MgTask *task = take(division, g_array_index(division->part_ends, gsize, index));

    task->first_format = division->first_format;
    task->first_rule = division->first_rule;
    task->has_been_divided = division->has_been_divided;
    task->by_size = mg_task_part_new(&g_array_index(division->parts, MgPart, index),
                                     division->ticket, (const gchar *const *)division->ids);
    return task;
}

MgTask *mg_division_next(MgDivision *division)
{
    const Pair *pairs = division->pairs;
    gsize end = division->next + 1;
    gboolean is_rest = pairs[division->next].is_rest;
    MgTask *task = NULL;

    g_assert(division->n_left > 0);
    if (division->mails != NULL)
        return next_mail(division);
    if (division->parts != NULL)
        return next_by_size(division);
    while (end < division->n_pairs && is_together(&pairs[end], &pairs[division->next]))
        end++;
    division->n_left--;
    task = take(division, end);
    task->first_format = is_rest ? 0 : division->first_format;
    task->first_rule = is_rest ? 0 : division->first_rule;
    return task;
}

MgTask *mg_division_take_rest(MgDivision *division)
{
    g_assert(division->n_left > 0);
    division->n_left = 0;
    return take(division, division->n_pairs);
}

gboolean mg_division_has_just_given(const MgDivision *division, const MgTask *task)
{
    return division->last == task;
}

static MgTask *begin_anew(const MgTask *task)
{
    MgTask *anew = mg_task_new(mg_group_ref(task->group), NULL);

    anew->is_part = TRUE;
    anew->first_format = task->first_format;
    anew->first_rule = task->first_rule;
    return anew;
}

/* `task` is the part before `next`. */
static void give_back(MgDivision *division, const MgTask *task)
{
    division->next -= task->group->n_directives;
    division->n_left++;
}

MgTask *mg_division_begin_some(const MgTask *task, const gint64 *directives, gsize n_directives)
{
    const MgGroup *group = task->group;
    g_autofree gint64 *events = g_new(gint64, n_directives);
    MgTask *some;

    for (gsize i = 0; i < n_directives; i++)
        events[i] = mg_group_event_of(group, index_of(group, directives[i]));
    some = mg_task_new(mg_group_new_part(group, directives, events, n_directives), NULL);
    some->is_part = TRUE;
    return some;
}

MgTask *mg_division_begin_anew(MgDivision *division, const MgTask *task)
{
    MgTask *anew = NULL;

    if (division == NULL)
        return begin_anew(task);
    give_back(division, task);
    anew = mg_division_take_rest(division);
    anew->first_format = division->first_format;
    anew->first_rule = division->first_rule;
    return anew;
}
