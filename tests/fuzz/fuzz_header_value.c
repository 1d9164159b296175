/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Any text as a Subject and as a header of the site: one field comes out, in short lines of
 * printable ASCII, and a reader gets the text back. */
#include "base/error.h"
#include "mime/header.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_field(const GString *field, gsize limit)
{
    g_auto(GStrv) lines = g_strsplit(field->str, "\r\n", -1);
    guint n_lines = g_strv_length(lines) - 1;

    g_assert(strlen(field->str) == field->len && *lines[n_lines] == '\0');
    for (guint i = 0; i < n_lines; i++) {
        g_assert(i == 0 || (lines[i][0] == ' ' && lines[i][1] != ' ' && lines[i][1] != '\0'));
        g_assert(strlen(lines[i]) <= limit && !g_str_has_suffix(lines[i], " "));
        for (const gchar *at = lines[i]; *at != '\0'; at++)
            g_assert(*at >= ' ' && *at <= '~');
    }
}

static void decode_q(GString *text, const gchar *at, const gchar *end)
{
    for (; at < end; at++) {
        if (*at == '=') {
            g_string_append_c(
                text, (gchar)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2])));
            at += 2;
        } else {
            g_string_append_c(text, *at == '_' ? ' ' : *at);
        }
    }
}

/* RFC 2047, for fields that are all encoded words or none. */
static gchar *decode(const GString *field)
{
    GString *text = g_string_new(NULL);
    g_autofree gchar *value =
        g_strndup(field->str + strlen("Subject:"), field->len - strlen("Subject:") - 2);
    const gchar *at = strstr(value, "=?utf-8?");

    if (at == NULL) {
        g_auto(GStrv) lines = g_strsplit(value, "\r\n", -1);
        g_string_free(text, TRUE);
        return g_strchug(g_strjoinv("", lines));
    }
    for (; at != NULL; at = strstr(at, "=?utf-8?")) {
        const gchar *payload = at + strlen("=?utf-8?q?");
        const gchar *end = strstr(payload, "?=");

        g_assert(end != NULL && end + 2 - at <= 75);
        if (payload[-2] == 'q') {
            decode_q(text, payload, end);
        } else {
            g_autofree gchar *base64 = g_strndup(payload, (gsize)(end - payload));
            gsize length;
            g_autofree guchar *bytes = g_base64_decode(base64, &length);
            g_string_append_len(text, (const gchar *)bytes, (gssize)length);
        }
        at = end;
    }
    return g_string_free(text, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree gchar *value = g_strndup((const gchar *)data, size);
    g_autoptr(GString) subject = g_string_new(NULL);
    g_autoptr(GString) further = g_string_new(NULL);
    g_autoptr(GString) named = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (mg_header_append_text(subject, "Subject", value, &error)) {
        g_autofree gchar *decoded = decode(subject);
        check_field(subject, 76);
        g_assert_cmpstr(decoded, ==, value);
    } else {
        g_assert(g_error_matches(error, MG_ERROR, MG_ERROR_GROUP) && subject->len == 0);
    }
    if (mg_header_append_further(further, "X-Site", value, NULL))
        check_field(further, 998);
    else
        g_assert(further->len == 0);
    if (mg_header_append_further(named, value, "value", NULL)) {
        check_field(named, 998);
        g_assert(g_str_has_prefix(named->str + strlen(value), ": value\r\n"));
    }
    return 0;
}
