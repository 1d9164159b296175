/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Durations as format files write them (mailgen-formats(5), Waiting), and times as events write
 * them. Pure functions.
 */
#pragma once

#include <glib.h>

/* `30s`, `15m`, `2h`, `1d`: a whole number and a unit, up to 100 years; microseconds. FALSE where
 * `text` is no duration. */
gboolean mg_duration_parse(const gchar *text, gint64 *duration_us);

/* `1 day`, `15 minutes`, `90 seconds`: in the largest unit that divides it. (transfer full) */
gchar *mg_duration_format(gint64 duration_us);

/* `2026-11-20T03:00:00+00:00`: date and time apart by `T` or a space, perhaps without seconds or
 * with a fraction of them (its first six digits count), then `Z`, `±HH:MM`, `±HHMM` or `±HH`; no
 * zone means UTC. A date alone is its midnight in UTC, as Python's datetime.fromisoformat() has it.
 * Microseconds since the epoch (base/clock.h). FALSE where `text` is no such time. */
gboolean mg_duration_parse_time(const gchar *text, gint64 *time_us);
