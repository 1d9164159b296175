/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

#include <time.h>

static GMutex lock;
static gint64 fixed_now =
    MG_CLOCK_NONE; /* under lock: 64-bit atomics are not portable in C11 GLib */

gint64 mg_clock_now(void)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    return fixed_now != MG_CLOCK_NONE ? fixed_now : g_get_real_time();
}

void mg_clock_set(gint64 now_us)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    fixed_now = now_us;
}

gint mg_clock_fraction(gint64 time_us)
{
    gint64 fraction = time_us % G_USEC_PER_SEC;

    return (gint)(fraction < 0 ? fraction + G_USEC_PER_SEC : fraction);
}

gint64 mg_clock_seconds(gint64 time_us)
{
    return time_us / G_USEC_PER_SEC - (time_us % G_USEC_PER_SEC < 0 ? 1 : 0);
}

/* A year that no int holds: as the epoch. */
static struct tm to_local(gint64 time_us)
{
    time_t seconds = (time_t)mg_clock_seconds(time_us);
    struct tm local = {.tm_year = 70, .tm_mday = 1};

    localtime_r(&seconds, &local);
    return local;
}

gchar *mg_clock_format_local(gint64 time_us)
{
    struct tm local = to_local(time_us);
    gchar text[64];

    return g_strndup(text, strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local));
}

gchar *mg_clock_format_zone(gint64 time_us)
{
    struct tm local = to_local(time_us);
    gchar text[64];

    return g_strndup(text, strftime(text, sizeof text, "%z", &local));
}

gchar *mg_clock_format_utc(gint64 time_us)
{
    gint fraction = mg_clock_fraction(time_us);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(mg_clock_seconds(time_us));
    g_autofree gchar *date = NULL;

    g_assert(time != NULL);
    /* GLib's %Y does not pad, Python's str() does. */
    date = g_date_time_format(time, "-%m-%d %H:%M:%S");
    if (fraction == 0)
        return g_strdup_printf("%04d%s+00:00", g_date_time_get_year(time), date);
    return g_strdup_printf("%04d%s.%06d+00:00", g_date_time_get_year(time), date, fraction);
}
