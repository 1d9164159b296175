/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/report_text.h"

#include <string.h>

#define INDENT 2
#define DEEPEST 64
#define PAYLOAD "\"payload\": \""

static void begin_line(GString *out, guint depth)
{
    g_string_append_c(out, '\n');
    for (guint i = 0; i < INDENT * MIN(depth, DEEPEST); i++)
        g_string_append_c(out, ' ');
}

/* The place behind the string that begins at `at`. */
static const gchar *append_string(GString *out, const gchar *at)
{
    const gchar *from = at++;

    while (*at != '\0' && *at != '"')
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    at += *at == '"';
    g_string_append_len(out, from, at - from);
    return at;
}

static const gchar *after_space(const gchar *at)
{
    while (*at != '\0' && strchr(" \t\r\n", *at) != NULL)
        at++;
    return at;
}

static gboolean is_closed_at_once(const gchar *at)
{
    at = after_space(at + 1);
    return *at == '}' || *at == ']';
}

/* One character outside of strings. */
static void append_mark(GString *out, const gchar *at, guint *depth)
{
    gboolean closes = *at == '}' || *at == ']';
    gboolean opens = *at == '{' || *at == '[';

    if (closes && *depth > 0)
        (*depth)--;
    if (closes && out->len > 0 && strchr("{[", out->str[out->len - 1]) == NULL)
        begin_line(out, *depth);
    g_string_append_c(out, *at);
    if (opens)
        (*depth)++;
    if (*at == ',' || (opens && !is_closed_at_once(at)))
        begin_line(out, *depth);
    else if (*at == ':')
        g_string_append_c(out, ' ');
}

static GString *indent(const gchar *json)
{
    GString *out = g_string_sized_new(strlen(json) * 2);
    guint depth = 0;

    for (const gchar *at = after_space(json); *at != '\0'; at = after_space(at)) {
        if (*at == '"')
            at = append_string(out, at);
        else
            append_mark(out, at++, &depth);
    }
    g_string_append_c(out, '\n');
    return out;
}

/* NULL where it is no text. */
static gchar *decode(const gchar *base64, gsize length)
{
    g_autofree gchar *copy = g_strndup(base64, length);
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(copy, &size);
    GString *out = NULL;

    if (size == 0 || !g_utf8_validate((const gchar *)bytes, (gssize)size, NULL))
        return NULL;
    out = g_string_sized_new(size);
    for (gsize i = 0; i < size; i++)
        if (bytes[i] != '\r')
            g_string_append_c(out, (gchar)bytes[i]);
    return g_string_free(out, FALSE);
}

/* Puts what is enclosed behind the report, and says so in its place. */
static void move_payloads(GString *text)
{
    g_autoptr(GString) behind = g_string_new(NULL);
    gsize from = 0;
    const gchar *found;

    while ((found = strstr(text->str + from, PAYLOAD)) != NULL) {
        gsize start = (gsize)(found - text->str) + strlen(PAYLOAD);
        gsize length = strcspn(text->str + start, "\"");
        g_autofree gchar *decoded = decode(text->str + start, length);

        from = start;
        if (decoded == NULL)
            continue;
        g_string_append_printf(behind, "\n%s", decoded);
        g_string_erase(text, (gssize)start, (gssize)length);
        g_string_insert(text, (gssize)start, "(see below)");
    }
    g_string_append(text, behind->str);
}

gchar *mg_report_text_of(const gchar *json)
{
    GString *text = indent(json);

    move_payloads(text);
    return g_string_free(text, FALSE);
}
