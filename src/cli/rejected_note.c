/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/rejected_note.h"

#include "cli/plain_text.h"
#include "database/status.h"

gchar *mg_rejected_note(MgConnection *connection, GError **error)
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
