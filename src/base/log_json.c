/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_json.h"

#include "base/clock.h"
#include "base/json_text.h"

/* As RFC 3339 has it: a T between date and time, a colon in the zone. */
static gchar *format_time(gint64 time_us)
{
    g_autofree gchar *date = mg_clock_format_local(time_us);
    g_autofree gchar *zone = mg_clock_format_zone(time_us);

    g_strdelimit(date, " ", 'T');
    return g_strdup_printf("%s.%06d%.3s:%s", date, mg_clock_fraction(time_us), zone, zone + 3);
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
