/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Time: microseconds since 1970-01-01 00:00 UTC, the resolution of PostgreSQL's timestamptz.
 */
#pragma once

#include <glib.h>

#define MG_CLOCK_NONE G_MININT64 /* "no such time" where a field may lack one */

/* Now, or what a test has set. */
gint64 mg_clock_now(void);

/* For tests: what mg_clock_now() returns from here on; MG_CLOCK_NONE gives the real time back. */
void mg_clock_set(gint64 now_us);

/* `2026-11-20 03:04:05.123456+00:00`, the fraction left out when it is 0; years 1 to 9999, the
 * bounds of Python's datetime. (transfer full) */
gchar *mg_clock_format_utc(gint64 time_us);

/* Whole seconds and what is left, microseconds from 0 to 999999: also before 1970, where C's
 * operators round the other way. */
gint64 mg_clock_seconds(gint64 time_us);
gint mg_clock_fraction(gint64 time_us);

/* `2026-11-20 03:04:05` and `+0100` in local time, for any clock, however wrong. (transfer full) */
gchar *mg_clock_format_local(gint64 time_us);
gchar *mg_clock_format_zone(gint64 time_us);
