/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/left_out.h"

#include "cli/plain_text.h"
#include "database/refused.h"
#include "database/status.h"

gchar *mg_left_out_rejected(MgConnection *connection, GError **error)
{
    GString *text;
    guint64 n_rejected;

    if (!mg_status_count_rejected(connection, &n_rejected, error) || n_rejected == 0)
        return NULL;
    text = g_string_new(NULL);
    mg_plain_text_append_count(text, n_rejected, "directive was rejected and is waiting",
                               "directives were rejected and are waiting");
    g_string_append(text, ", nobody is notified: intelmqcbmail status --rejected lists ");
    g_string_append(text, n_rejected == 1 ? "it" : "them");
    return g_string_free(text, FALSE);
}

gchar *mg_left_out_set_aside(MgConnection *connection, GError **error)
{
    GString *text;
    guint n_groups;
    guint64 n_directives;

    if (!mg_refused_count_set_aside(connection, &n_groups, &n_directives, error) || n_groups == 0)
        return NULL;
    text = g_string_new(NULL);
    mg_plain_text_append_count(text, n_groups, "group", "groups");
    g_string_append(text, " with ");
    mg_plain_text_append_count(text, n_directives, "directive", "directives");
    g_string_append_printf(text,
                           " %s set aside, no run tries %s: intelmqcbmail status --refused "
                           "lists %s",
                           n_groups == 1 ? "is" : "are", n_groups == 1 ? "it" : "them",
                           n_groups == 1 ? "it" : "them");
    return g_string_free(text, FALSE);
}
