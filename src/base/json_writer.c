/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_writer.h"

#include "base/clock.h"
#include "base/json_text.h"

/* A text that ends with a bracket is closed by its quote, so the last byte tells. */
void mg_json_writer_begin(GString *out)
{
    gchar last = out->len > 0 ? out->str[out->len - 1] : '{';

    if (last != '{' && last != '[')
        g_string_append_c(out, ',');
}

void mg_json_writer_member(GString *out, const gchar *name)
{
    mg_json_writer_begin(out);
    g_string_append_printf(out, "\"%s\":", name);
}

void mg_json_writer_add_text(GString *out, const gchar *name, const gchar *text)
{
    mg_json_writer_member(out, name);
    mg_json_text_append_string(out, text);
}

void mg_json_writer_add_texts(GString *out, const gchar *name, gchar **texts)
{
    mg_json_writer_member(out, name);
    g_string_append_c(out, '[');
    for (; texts != NULL && *texts != NULL; texts++) {
        mg_json_writer_begin(out);
        mg_json_text_append_string(out, *texts);
    }
    g_string_append_c(out, ']');
}

void mg_json_writer_add_flag(GString *out, const gchar *name, gboolean flag)
{
    mg_json_writer_member(out, name);
    g_string_append(out, flag ? "true" : "false");
}

void mg_json_writer_add_number(GString *out, const gchar *name, gint64 number)
{
    mg_json_writer_member(out, name);
    g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}

void mg_json_writer_add_time(GString *out, const gchar *name, gint64 time)
{
    g_autofree gchar *text = time != MG_CLOCK_NONE ? mg_clock_format_utc(time) : NULL;

    mg_json_writer_add_text(out, name, text);
}
