/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/group.h"

#include "base/clock.h"
#include "base/error.h"

#include <stdlib.h>

MgGroup *mg_group_new(void)
{
    MgGroup *group = g_atomic_rc_box_new0(MgGroup);

    group->aggregate = mg_pairs_new();
    group->last_sent = MG_CLOCK_NONE;
    return group;
}

MgGroup *mg_group_ref(const MgGroup *group)
{
    return g_atomic_rc_box_acquire((gpointer)group);
}

static void clear(gpointer data)
{
    MgGroup *group = data;

    g_free(group->recipient_address);
    g_free(group->template_name);
    g_free(group->notification_format);
    g_free(group->event_data_format);
    mg_pairs_free(group->aggregate);
    g_free(group->directive_ids);
    g_free(group->event_ids);
    g_free(group->directive_events);
}

void mg_group_unref(MgGroup *group)
{
    g_atomic_rc_box_release_full(group, clear);
}

/* Ids */

typedef struct {
    gint64 directive;
    gint64 event;
} Pair;

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return left < right ? -1 : left > right;
}

static gint compare_pairs(gconstpointer a, gconstpointer b)
{
    return compare_ids(&((const Pair *)a)->directive, &((const Pair *)b)->directive);
}

static gsize drop_doubles(gint64 *ids, gsize n_ids)
{
    gsize kept = n_ids > 0 ? 1 : 0;

    for (gsize i = 1; i < n_ids; i++)
        if (ids[i] != ids[kept - 1])
            ids[kept++] = ids[i];
    return kept;
}

/* Ascending by directive; the number that is left. */
static gsize order_pairs(Pair *pairs, gsize n_pairs)
{
    gsize kept = n_pairs > 0 ? 1 : 0;

    /* qsort, not g_qsort_with_data: plain values, and glibc's merge sort likes the nearly
     * sorted. */
    qsort(pairs, n_pairs, sizeof *pairs, compare_pairs);
    for (gsize i = 1; i < n_pairs; i++)
        if (pairs[i].directive != pairs[kept - 1].directive)
            pairs[kept++] = pairs[i];
    return kept;
}

void mg_group_set_directives(MgGroup *group, const gint64 *directive_ids,
                             const gint64 *directive_events, gsize n_directives)
{
    g_autofree Pair *pairs = g_new(Pair, n_directives + 1);
    g_autofree gint64 *events = g_new(gint64, n_directives + 1);
    gboolean is_one_for_one;

    for (gsize i = 0; i < n_directives; i++)
        pairs[i] = (Pair){directive_ids[i], directive_events[i]};
    group->n_directives = order_pairs(pairs, n_directives);
    group->directive_ids = g_new(gint64, group->n_directives + 1);
    group->event_ids = g_new(gint64, group->n_directives + 1);
    for (gsize i = 0; i < group->n_directives; i++) {
        group->directive_ids[i] = pairs[i].directive;
        events[i] = group->event_ids[i] = pairs[i].event;
    }
    qsort(group->event_ids, group->n_directives, sizeof *group->event_ids, compare_ids);
    group->n_events = drop_doubles(group->event_ids, group->n_directives);
    is_one_for_one = group->n_events == group->n_directives;
    for (gsize i = 0; is_one_for_one && i < group->n_events; i++)
        is_one_for_one = events[i] == group->event_ids[i];
    if (!is_one_for_one)
        group->directive_events = g_steal_pointer(&events);
}

gint64 mg_group_event_of(const MgGroup *group, gsize index)
{
    return group->directive_events != NULL ? group->directive_events[index]
                                           : group->event_ids[index];
}

MgGroup *mg_group_new_part(const MgGroup *group, const gint64 *directive_ids,
                           const gint64 *directive_events, gsize n_directives)
{
    MgGroup *part = mg_group_new();

    part->recipient_address = g_strdup(group->recipient_address);
    part->template_name = g_strdup(group->template_name);
    part->notification_format = g_strdup(group->notification_format);
    part->event_data_format = g_strdup(group->event_data_format);
    mg_pairs_update(part->aggregate, group->aggregate);
    part->inserted_at = group->inserted_at;
    part->notification_interval = group->notification_interval;
    part->last_sent = group->last_sent;
    part->refused_id = group->refused_id;
    mg_group_set_directives(part, directive_ids, directive_events, n_directives);
    return part;
}

/* Texts */

static void append_quoted(GString *text, const gchar *label, const gchar *value)
{
    g_autofree gchar *quoted = mg_error_quote(value);

    g_string_append_printf(text, "%s%s", label, quoted);
}

gchar *mg_group_describe(const MgGroup *group)
{
    GString *text = g_string_new(NULL);

    append_quoted(text, "recipient_address=", group->recipient_address);
    append_quoted(text, " template_name=", group->template_name);
    append_quoted(text, " notification_format=", group->notification_format);
    append_quoted(text, " event_data_format=", group->event_data_format);
    g_string_append(text, " aggregate_identifier={");
    for (guint i = 0; i < mg_pairs_count(group->aggregate); i++) {
        append_quoted(text, i > 0 ? ", " : "", mg_pairs_name(group->aggregate, i));
        append_quoted(text, ": ", mg_pairs_text(group->aggregate, i));
    }
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

gchar *mg_group_format_ids(const gint64 *ids, gsize n_ids)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < n_ids; i++)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", ids[i]);
    return g_string_free(text, FALSE);
}
