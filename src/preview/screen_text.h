/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Foreign text for a terminal: nothing in it moves the cursor, changes colours or the direction of
 * writing, and it is as wide as it should be. Pure.
 */
#pragma once

#include <glib.h>

/* Control characters, and those that turn the direction of writing, as \xNN or \uNNNN; bytes that
 * are not UTF-8 as U+FFFD. Line ends stay only where `keep_lines`. */
void mg_screen_text_append(GString *out, const gchar *text, gboolean keep_lines);
gchar *mg_screen_text_tame(const gchar *text); /* (nullable): "" */

/* Columns that a tame text takes on a terminal. */
gsize mg_screen_text_width(const gchar *tame);

/* A tame text, cut with "…" to `width` columns, padded to it. */
void mg_screen_text_append_cell(GString *out, const gchar *tame, gsize width);
void mg_screen_text_append_number(GString *out, const gchar *number, gsize width);

/* `812 B`, `1.2 kB`, `3.4 MB` */
gchar *mg_screen_text_size(gsize bytes);
