/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Text as JSON (RFC 8259), for what the program writes. Pure, for any thread.
 */
#pragma once

#include <glib.h>

/* Appends `text` as a JSON string with its quotes, `null` where it is NULL. Control characters, and
 * what ends lines or a script element in other languages (U+2028, U+2029, U+007F, `</`), are escaped, so
 * that the result stays on one line and is harmless in a terminal and in HTML; a byte that is no
 * UTF-8 becomes U+FFFD. */
void mg_json_text_append_string(GString *out, const gchar *text);
