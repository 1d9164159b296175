/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * JSON (RFC 8259) that grows in a GString: members of objects and items of lists, with commas where they
 * belong. The brackets are the caller's. Pure, for any thread.
 *
 *     g_string_append_c(out, '{');
 *     mg_json_writer_add_text(out, "ticket", ticket);
 *     mg_json_writer_add_texts(out, "envelope_to", tos);
 *     g_string_append_c(out, '}');
 *
 * Names of members are ours and need no escape; for a foreign one mg_json_writer_begin() and
 * mg_json_text_append_string().
 */
#pragma once

#include <glib.h>

/* A comma, unless `out` is empty or has just begun an object or a list. */
void mg_json_writer_begin(GString *out);
void mg_json_writer_member(GString *out, const gchar *name); /* its value comes next */

void mg_json_writer_add_text(GString *out, const gchar *name, const gchar *text); /* (nullable) */
void mg_json_writer_add_texts(GString *out, const gchar *name, gchar **texts);    /* NULL: [] */
void mg_json_writer_add_flag(GString *out, const gchar *name, gboolean flag);
void mg_json_writer_add_number(GString *out, const gchar *name, gint64 number);

/* As mg_clock_format_utc(); MG_CLOCK_NONE is null. */
void mg_json_writer_add_time(GString *out, const gchar *name, gint64 time);
