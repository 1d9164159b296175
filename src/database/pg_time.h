/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: timestamptz and interval from results in the binary format, as microseconds
 * (base/clock.h), and back. Any thread.
 */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

/* A NULL field gives MG_CLOCK_NONE. Infinity and years outside 1 to 9999 become the nearest time
 * within. FALSE where the field is no timestamptz. */
gboolean mg_pg_time_read_timestamp(const PGresult *result, gint row, gint field, gint64 *time_us);

/* A month counts as 30 days and a year as 365, as psycopg2 does; what is too large becomes the
 * largest. A NULL field gives 0. FALSE where the field is no interval. */
gboolean mg_pg_time_read_interval(const PGresult *result, gint row, gint field,
                                  gint64 *interval_us);
