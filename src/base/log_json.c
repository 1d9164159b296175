/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_json.h"

#include "base/json_text.h"

static gchar *format_time(gint64 time_us)
{
    g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
    g_autofree gchar *date = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
    g_autofree gchar *zone = g_date_time_format(seconds, "%:z");

    return g_strdup_printf("%s.%06d%s", date, (gint)(time_us % G_USEC_PER_SEC), zone);
}

static void append_member(GString *line, const gchar *key, const gchar *value)
{
    g_string_append_c(line, line->len > 0 ? ',' : '{');
    mg_json_text_append_string(line, key);
    g_string_append_c(line, ':');
    mg_json_text_append_string(line, value);
}

gchar *mg_log_json_format_line(MgLogLevel level, const gchar *logger, gint64 time_us,
                               const gchar *message, const MgLogField *fields)
{
    GString *line = g_string_new(NULL);
    g_autofree gchar *time = format_time(time_us);

    append_member(line, "time", time);
    append_member(line, "level", mg_log_level_name(level));
    append_member(line, "logger", logger);
    append_member(line, "message", message);
    for (; fields != NULL && fields->key != NULL; fields++)
        append_member(line, fields->key, fields->value);
    g_string_append(line, "}\n");
    return g_string_free(line, FALSE);
}
