/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/plain_text.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

gchar *mg_plain_text_clean(const gchar *text)
{
    return text != NULL ? mg_error_escape_bytes(text, strlen(text)) : g_strdup("");
}

gchar *mg_plain_text_time(gint64 time_us)
{
    return time_us != MG_CLOCK_NONE ? mg_clock_format_local(time_us) : g_strdup("-");
}

static gchar *two_units(gint64 large, const gchar *large_unit, gint64 small,
                        const gchar *small_unit)
{
    if (small == 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " %s", large, large_unit);
    return g_strdup_printf("%" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s", large, large_unit,
                           small, small_unit);
}

gchar *mg_plain_text_duration(gint64 duration_us)
{
    gint64 seconds = MAX(duration_us, 0) / G_USEC_PER_SEC;
    gint64 minutes = seconds / 60;
    gint64 hours = minutes / 60;

    if (hours >= 24)
        return two_units(hours / 24, hours / 24 == 1 ? "day" : "days", hours % 24, "h");
    if (hours > 0)
        return two_units(hours, "h", minutes % 60, "min");
    if (minutes > 0)
        return two_units(minutes, "min", seconds % 60, "s");
    return two_units(seconds, "s", 0, "");
}

void mg_plain_text_append_count(GString *out, guint64 number, const gchar *one, const gchar *many)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " %s", number, number == 1 ? one : many);
}
