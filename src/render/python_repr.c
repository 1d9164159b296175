/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_repr.h"

#include <string.h>

/* str.isprintable() of one character, but for the space. */
static gboolean is_printable(gunichar character)
{
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SPACE_SEPARATOR:
        return FALSE;
    default:
        return TRUE;
    }
}

static void append_escaped(GString *out, gunichar character)
{
    if (character == '\t')
        g_string_append(out, "\\t");
    else if (character == '\n')
        g_string_append(out, "\\n");
    else if (character == '\r')
        g_string_append(out, "\\r");
    else if (character <= 0xff)
        g_string_append_printf(out, "\\x%02x", character);
    else if (character <= 0xffff)
        g_string_append_printf(out, "\\u%04x", character);
    else
        g_string_append_printf(out, "\\U%08x", character);
}

void mg_python_repr_append(GString *out, const gchar *text, gssize length)
{
    gsize size = length >= 0 ? (gsize)length : strlen(text);
    const gchar *end = text + size;
    gchar quote = memchr(text, '\'', size) && !memchr(text, '"', size) ? '"' : '\'';

    g_string_append_c(out, quote);
    for (const gchar *at = text; at < end; at = g_utf8_next_char(at)) {
        guchar byte = (guchar)*at;
        if (byte == (guchar)quote || byte == '\\') {
            g_string_append_c(out, '\\');
            g_string_append_c(out, byte);
        } else if (byte >= ' ' && byte < 0x7f) {
            g_string_append_c(out, byte);
        } else {
            gunichar character = g_utf8_get_char(at);
            if (byte >= 0x80 && is_printable(character))
                g_string_append_len(out, at, g_utf8_next_char(at) - at);
            else
                append_escaped(out, character);
        }
    }
    g_string_append_c(out, quote);
}
