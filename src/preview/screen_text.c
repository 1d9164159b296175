/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/screen_text.h"

#include "base/error.h"

#include <string.h>

void mg_screen_text_append(GString *out, const gchar *text, gboolean keep_lines)
{
    g_autofree gchar *valid = g_utf8_make_valid(text, -1);

    for (const gchar *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);

        if ((character == '\n' && keep_lines) || mg_error_is_harmless(character))
            g_string_append_unichar(out, character);
        else
            g_string_append_printf(out, character < 0x100 ? "\\x%02x" : "\\u%04x", character);
    }
}

gchar *mg_screen_text_tame(const gchar *text)
{
    GString *out = g_string_new(NULL);

    mg_screen_text_append(out, text != NULL ? text : "", FALSE);
    return g_string_free(out, FALSE);
}

static gsize character_width(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

gsize mg_screen_text_width(const gchar *tame)
{
    gsize width = 0;

    for (; *tame != '\0'; tame = g_utf8_next_char(tame))
        width += character_width(g_utf8_get_char(tame));
    return width;
}

static void pad(GString *out, gsize count)
{
    while (count-- > 0)
        g_string_append_c(out, ' ');
}

void mg_screen_text_append_cell(GString *out, const gchar *tame, gsize width)
{
    gboolean is_cut = mg_screen_text_width(tame) > width;
    gsize room = is_cut ? width - 1 : width;

    for (; *tame != '\0'; tame = g_utf8_next_char(tame)) {
        gunichar character = g_utf8_get_char(tame);
        if (character_width(character) > room)
            break;
        room -= character_width(character);
        g_string_append_unichar(out, character);
    }
    if (is_cut)
        g_string_append(out, "…");
    pad(out, room);
}

void mg_screen_text_append_number(GString *out, const gchar *number, gsize width)
{
    gsize length = strlen(number);

    pad(out, length < width ? width - length : 0);
    g_string_append(out, number);
}

gchar *mg_screen_text_size(gsize bytes)
{
    if (bytes < 1000)
        return g_strdup_printf("%" G_GSIZE_FORMAT " B", bytes);
    if (bytes < 999950)
        return g_strdup_printf("%.1f kB", (gdouble)bytes / 1e3);
    return g_strdup_printf("%.1f MB", (gdouble)bytes / 1e6);
}
