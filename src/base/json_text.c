/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_text.h"

#include <string.h>

static gboolean append_short_escape(GString *out, gunichar character)
{
    static const gchar characters[] = "\"\\\n\r\t\b\f";
    static const gchar letters[] = "\"\\nrtbf";

    for (gsize i = 0; characters[i] != '\0'; i++)
        if (character == (gunichar)characters[i]) {
            g_string_append_c(out, '\\');
            g_string_append_c(out, letters[i]);
            return TRUE;
        }
    return FALSE;
}

gboolean mg_json_text_is_escaped(gunichar character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == '<' ||
           character == 0x2028 || character == 0x2029;
}

static void append_character(GString *out, gunichar character)
{
    if (append_short_escape(out, character))
        return;
    if (mg_json_text_is_escaped(character))
        g_string_append_printf(out, "\\u%04x", character);
    else
        g_string_append_unichar(out, character);
}

void mg_json_text_append_bytes(GString *out, const gchar *text, gsize length)
{
    const gchar *end = text + length;

    g_string_append_c(out, '"');
    while (text < end) {
        gunichar character = *text == '\0' ? 0 : g_utf8_get_char_validated(text, end - text);
        gboolean valid = character < (gunichar)-2;

        append_character(out, valid ? character : 0xfffd);
        text = valid ? g_utf8_next_char(text) : text + 1;
    }
    g_string_append_c(out, '"');
}

void mg_json_text_append_string(GString *out, const gchar *text)
{
    if (text == NULL)
        g_string_append(out, "null");
    else
        mg_json_text_append_bytes(out, text, strlen(text));
}
