/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Text as JSON (RFC 8259), for what the program writes. Pure, for any thread.
 */
#pragma once

#include <glib.h>

/* Appends `text` as a JSON string with its quotes, `null` where it is NULL. Control characters
 * (U+007F to U+009F too), the further line ends of JavaScript (U+2028, U+2029) and every `<` are
 * escaped: the result stays on one line, does nothing to a terminal, and nothing in it can end or
 * hide the end of the script element of a page that holds it. A byte that is no UTF-8 becomes
 * U+FFFD. */
void mg_json_text_append_string(GString *out, const gchar *text);

/* The same for the `length` bytes at `text`, which may hold NUL. */
void mg_json_text_append_bytes(GString *out, const gchar *text, gsize length);

/* Whether a character is written by its number, short escapes and the two characters with a meaning
 * of their own aside. */
gboolean mg_json_text_is_escaped(gunichar character);
