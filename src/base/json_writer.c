/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_writer.h"

#include "base/clock.h"
#include "base/json_text.h"

#include <string.h>

void mg_json_writer_begin(GString *out, const gchar *key)
{
    /* A bracket within a text cannot be the last character: a quote follows it. */
    if (out->len > 0 && strchr("{[", out->str[out->len - 1]) == NULL)
        g_string_append(out, ", ");
    if (key == NULL)
        return;
    mg_json_text_append_string(out, key);
    g_string_append(out, ": ");
}

void mg_json_writer_open(GString *out, const gchar *key, gchar bracket)
{
    mg_json_writer_begin(out, key);
    g_string_append_c(out, bracket);
}

void mg_json_writer_close(GString *out, gchar bracket)
{
    g_string_append_c(out, bracket);
}

void mg_json_writer_text(GString *out, const gchar *key, const gchar *text)
{
    mg_json_writer_begin(out, key);
    mg_json_text_append_string(out, text);
}

void mg_json_writer_texts(GString *out, const gchar *key, gchar **texts)
{
    mg_json_writer_open(out, key, '[');
    for (; texts != NULL && *texts != NULL; texts++)
        mg_json_writer_text(out, NULL, *texts);
    mg_json_writer_close(out, ']');
}

void mg_json_writer_ids(GString *out, const gchar *key, const gint64 *ids, gsize n_ids)
{
    mg_json_writer_open(out, key, '[');
    for (gsize i = 0; i < n_ids; i++)
        mg_json_writer_number(out, NULL, ids[i]);
    mg_json_writer_close(out, ']');
}

void mg_json_writer_number(GString *out, const gchar *key, gint64 number)
{
    mg_json_writer_begin(out, key);
    g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}

void mg_json_writer_flag(GString *out, const gchar *key, gboolean flag)
{
    mg_json_writer_begin(out, key);
    g_string_append(out, flag ? "true" : "false");
}

void mg_json_writer_time(GString *out, const gchar *key, gint64 time_us)
{
    g_autofree gchar *text = NULL;

    if (time_us != MG_CLOCK_NONE) {
        text = mg_clock_format_utc(time_us);
        *strchr(text, ' ') = 'T';
    }
    mg_json_writer_text(out, key, text);
}

/* What stands between the texts of JSON may be broken into lines; all else that json_text.h wants
 * escaped can only stand within a text, where the escape means the same. */
void mg_json_writer_raw(GString *out, const gchar *key, const gchar *json)
{
    mg_json_writer_begin(out, key);
    if (json == NULL || !g_utf8_validate(json, -1, NULL))
        json = "null";
    for (const gchar *at = json; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (character >= 0x20 && mg_json_text_is_escaped(character))
            g_string_append_printf(out, "\\u%04x", character);
        else
            g_string_append_unichar(out, character);
    }
}
