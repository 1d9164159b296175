/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * JSON (RFC 8259) that grows in a GString, piece by piece; commas come by themselves. Pure.
 *
 *     mg_json_writer_open(out, NULL, '{');
 *     mg_json_writer_number(out, "id", 17);
 *     mg_json_writer_close(out, '}');
 *
 * `key`, which may be any text, is NULL inside an array and for the outermost value.
 */
#pragma once

#include <glib.h>

/* The comma and the key; the value comes next, in the caller's own way. */
void mg_json_writer_begin(GString *out, const gchar *key);

void mg_json_writer_open(GString *out, const gchar *key, gchar bracket); /* '{' or '[' */
void mg_json_writer_close(GString *out, gchar bracket);

void mg_json_writer_text(GString *out, const gchar *key, const gchar *text); /* NULL: null */
void mg_json_writer_texts(GString *out, const gchar *key, gchar **texts);    /* NULL: [] */
void mg_json_writer_number(GString *out, const gchar *key, gint64 number);
void mg_json_writer_ids(GString *out, const gchar *key, const gint64 *ids, gsize n_ids);
void mg_json_writer_flag(GString *out, const gchar *key, gboolean flag);

/* `2026-11-20T03:04:05.123456+00:00` (RFC 3339), null for MG_CLOCK_NONE. */
void mg_json_writer_time(GString *out, const gchar *key, gint64 time_us);

/* What is JSON already, such as PostgreSQL's; NULL: null. */
void mg_json_writer_raw(GString *out, const gchar *key, const gchar *json);
