/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What the program prints for people, from values that may be hostile. Pure.
 */
#pragma once

#include <glib.h>

/* Text from the database without what could steer a terminal: escaped and cut as by
 * mg_error_quote(), without the quotes; NULL gives "". (transfer full) */
gchar *mg_plain_text_clean(const gchar *text);

/* `2026-11-20 03:04:05` in local time; "-" for MG_CLOCK_NONE. (transfer full) */
gchar *mg_plain_text_time(gint64 time_us);

/* `2 days 3 h`, `2 h 5 min`, `12 s`: the two largest units. (transfer full) */
gchar *mg_plain_text_duration(gint64 duration_us);

/* `1 mail`, `12 mails`. */
void mg_plain_text_append_count(GString *out, guint64 number, const gchar *one, const gchar *many);
