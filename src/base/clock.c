/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

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

gchar *mg_clock_format_utc(gint64 time_us)
{
    gint64 seconds = time_us / G_USEC_PER_SEC;
    gint64 fraction = time_us % G_USEC_PER_SEC;
    g_autoptr(GDateTime) time = NULL;
    g_autofree gchar *date = NULL;

    if (fraction < 0) { /* C truncates towards zero; times before 1970 need the floor */
        seconds--;
        fraction += G_USEC_PER_SEC;
    }
    time = g_date_time_new_from_unix_utc(seconds);
    g_assert(time != NULL);
    /* GLib's %Y does not pad, Python's str() does. */
    date = g_date_time_format(time, "-%m-%d %H:%M:%S");
    if (fraction == 0)
        return g_strdup_printf("%04d%s+00:00", g_date_time_get_year(time), date);
    return g_strdup_printf("%04d%s.%06d+00:00", g_date_time_get_year(time), date, (gint)fraction);
}
