/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/exit.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

#include <stdio.h>

/* Several mistakes stand a line each, what belongs to one below it: a hint, a traceback. */
static gboolean begins_another(const gchar *line, gboolean in_traceback)
{
    return !in_traceback && !g_str_has_prefix(line, "HINT: ") && !g_ascii_isspace(line[0]);
}

/* A record each, so that whoever counts or filters records sees each mistake. */
static void log_mistakes(const gchar *message)
{
    g_auto(GStrv) lines = g_strsplit(message, "\n", -1);
    g_autoptr(GString) record = g_string_new(lines[0]);
    gboolean in_traceback = FALSE;

    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        in_traceback = in_traceback || g_str_has_prefix(lines[i], "Traceback");
        if (begins_another(lines[i], in_traceback)) {
            mg_log_critical("Error: %s", record->str);
            g_string_assign(record, lines[i]);
        } else {
            g_string_append_printf(record, "\n%s", lines[i]);
        }
    }
    mg_log_critical("Error: %s", record->str);
}

MgExit mg_exit_for(const GError *error)
{
    if (g_error_matches(error, MG_ERROR, MG_ERROR_SETUP))
        log_mistakes(error->message);
    else
        mg_log_critical("Error: %s", error->message);
    return g_error_matches(error, MG_ERROR, MG_ERROR_SETUP) ? MG_EXIT_SETUP : MG_EXIT_ENDED_EARLY;
}

MgExit mg_exit_for_usage(const GError *error)
{
    g_autofree gchar *tame = mg_error_tame(error->message);

    fprintf(stderr, "intelmqcbmail: %s\n", tame);
    return MG_EXIT_SETUP;
}
