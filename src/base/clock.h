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
