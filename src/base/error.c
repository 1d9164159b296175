/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/error.h"

#include <string.h>

#define QUOTE_LIMIT 200

/* What travels with an error beside its code and its message. */
typedef struct {
    gboolean may_pass;
    gboolean is_for_good;
    gboolean is_brake;
    gboolean is_about_size;
} MgErrorPrivate;

static void mg_error_private_init(MgErrorPrivate *error)
{
}

static void mg_error_private_copy(const MgErrorPrivate *from, MgErrorPrivate *to)
{
    *to = *from;
}

static void mg_error_private_clear(MgErrorPrivate *error)
{
}

G_DEFINE_EXTENDED_ERROR(MgError, mg_error)

void mg_error_set_may_pass(GError *error)
{
    mg_error_get_private(error)->may_pass = TRUE;
}

gboolean mg_error_may_pass(const GError *error)
{
    return error->domain == MG_ERROR && mg_error_get_private(error)->may_pass;
}

void mg_error_set_for_good(GError *error)
{
    mg_error_get_private(error)->is_for_good = TRUE;
}

gboolean mg_error_is_for_good(const GError *error)
{
    return error->domain == MG_ERROR && mg_error_get_private(error)->is_for_good;
}

void mg_error_set_brake(GError *error)
{
    mg_error_get_private(error)->is_brake = TRUE;
}

gboolean mg_error_is_brake(const GError *error)
{
    return error->domain == MG_ERROR && mg_error_get_private(error)->is_brake;
}

void mg_error_set_about_size(GError *error)
{
    mg_error_get_private(error)->is_about_size = TRUE;
}

gboolean mg_error_is_about_size(const GError *error)
{
    return error->domain == MG_ERROR && mg_error_get_private(error)->is_about_size;
}

/* Letters and marks of no width or without a picture; most of their kind are formats by their
 * type. */
static gboolean is_unseen(gunichar character)
{
    return character == 0x034f || character == 0x115f || character == 0x1160 ||
           character == 0x17b4 || character == 0x17b5 || character == 0x3164 ||
           character == 0xffa0 || (character >= 0x180b && character <= 0x180f) ||
           (character >= 0xfe00 && character <= 0xfe0e) ||
           (character >= 0xe0000 && character <= 0xe0fff);
}

/* U+202E and its kin let foreign text rearrange what an operator reads. */
gboolean mg_error_is_harmless(gunichar character)
{
    if (is_unseen(character))
        return FALSE;
    switch (g_unichar_type(character)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
        return FALSE;
    default:
        return TRUE;
    }
}

/* Appends the character at `bytes`, escaped unless it is harmless or one of `kept`; its width in
 * bytes. */
static gsize append_character(GString *out, const gchar *bytes, gsize length, const gchar *kept)
{
    gunichar character = g_utf8_get_char_validated(bytes, (gssize)length);
    gboolean valid = character < (gunichar)-2 && character != 0;
    gsize width = valid ? (gsize)g_unichar_to_utf8(character, NULL) : 1;

    if (valid && (mg_error_is_harmless(character) || g_utf8_strchr(kept, -1, character) != NULL))
        g_string_append_len(out, bytes, (gssize)width);
    else
        for (gsize i = 0; i < width; i++)
            g_string_append_printf(out, "\\x%02x", (guchar)bytes[i]);
    return width;
}

gchar *mg_error_tame(const gchar *text)
{
    GString *tame = g_string_new(NULL);
    gsize length = strlen(text);

    for (gsize i = 0; i < length;)
        i += append_character(tame, text + i, length - i, "\n\t");
    return g_string_free(tame, FALSE);
}

gchar *mg_error_escape_bytes(const gchar *bytes, gsize length)
{
    GString *escaped = g_string_new(NULL);
    gsize characters = 0;

    for (gsize i = 0; i < length; characters++) {
        if (characters == QUOTE_LIMIT) {
            g_string_append(escaped, "…");
            break;
        }
        i += append_character(escaped, bytes + i, length - i, "");
    }
    return g_string_free(escaped, FALSE);
}

gchar *mg_error_quote_bytes(const gchar *bytes, gsize length)
{
    g_autofree gchar *escaped = mg_error_escape_bytes(bytes, length);

    return g_strconcat("'", escaped, "'", NULL);
}

gchar *mg_error_quote(const gchar *text)
{
    return text != NULL ? mg_error_quote_bytes(text, strlen(text)) : g_strdup("none");
}
