/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/group.h"

#include "base/clock.h"
#include "base/error.h"

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
}

void mg_group_unref(MgGroup *group)
{
    g_atomic_rc_box_release_full(group, clear);
}

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
