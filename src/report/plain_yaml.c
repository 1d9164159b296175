/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/plain_yaml.h"

#include <string.h>

/* What YAML 1.1 (https://yaml.org/type/) takes for a boolean or null, of what begins with a
 * letter. */
static gboolean is_word_of_yaml(const gchar *text)
{
    static const gchar *const words[] = {"y",   "n",    "yes",   "no",  "on",
                                         "off", "true", "false", "null"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0)
            return TRUE;
    return FALSE;
}

/* Numbers, dates and times begin with a digit, a sign or a point, all else that has a meaning of
 * its own with punctuation: what begins with a letter and goes on with letters, digits and these is
 * a text to every reader. */
static gboolean is_plain(const gchar *text)
{
    if (!g_ascii_isalpha(*text) || is_word_of_yaml(text))
        return FALSE;
    for (; *text != '\0'; text++)
        if (!g_ascii_isalnum(*text) && strchr("-_./@+", *text) == NULL &&
            !(*text == ' ' && g_ascii_isalnum(text[1])))
            return FALSE;
    return TRUE;
}

/* Line ends of either version (U+0085, U+2028, U+2029), what readers refuse, and what shows on no
 * screen or turns the text around. */
static gboolean is_escaped(gunichar character)
{
    if (character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0xfeff)
        return TRUE;
    if ((character & 0xfffe) == 0xfffe || (character >= 0xfdd0 && character <= 0xfdef))
        return TRUE;
    switch (g_unichar_type(character)) {
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED:
        return TRUE;
    default:
        return FALSE;
    }
}

static void append_escaped(GString *out, gunichar character)
{
    if (character <= 0xff)
        g_string_append_printf(out, "\\x%02x", character);
    else if (character <= 0xffff)
        g_string_append_printf(out, "\\u%04x", character);
    else
        g_string_append_printf(out, "\\U%08x", character);
}

static void append_quoted(GString *out, const gchar *text)
{
    g_string_append_c(out, '"');
    while (*text != '\0') {
        gunichar character = g_utf8_get_char_validated(text, -1);
        gboolean valid = character < (gunichar)-2;

        if (!valid)
            character = 0xfffd;
        if (character == '"' || character == '\\')
            g_string_append_printf(out, "\\%c", (gchar)character);
        else if (character == '\n')
            g_string_append(out, "\\n");
        else if (is_escaped(character))
            append_escaped(out, character);
        else
            g_string_append_unichar(out, character);
        text = valid ? g_utf8_next_char(text) : text + 1;
    }
    g_string_append_c(out, '"');
}

static void append(GString *out, const gchar *text)
{
    if (is_plain(text))
        g_string_append(out, text);
    else
        append_quoted(out, text);
}

void mg_plain_yaml_text(GString *out, const gchar *key, const gchar *text)
{
    append(out, key);
    g_string_append(out, ": ");
    append(out, text);
    g_string_append_c(out, '\n');
}

/* A zero in front makes it octal to readers of YAML 1.1. */
void mg_plain_yaml_integer(GString *out, const gchar *key, const gchar *digits)
{
    const gchar *sign = *digits == '-' ? "-" : "";

    digits += strlen(sign);
    while (*digits == '0' && digits[1] != '\0')
        digits++;
    append(out, key);
    g_string_append_printf(out, ": %s%s\n", sign, digits);
}
