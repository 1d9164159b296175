/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/quoted_printable.h"

#include <string.h>

/* Why not GMime's encoder: it makes lines of 77 characters (74 letters and a space at the end of a
 * line), takes each "\n" for a line break where only "\r\n" is one, and what keeps "From " off the
 * start of a line, GMimeFilterFrom, makes it two characters longer still. What would have to stand
 * around it to mend that, parting its lines anew, is as long as this. */
#define LINE_LIMIT 76

static const gchar hex[] = "0123456789ABCDEF";

typedef struct {
    GString *out;
    gsize column;
} Encoder;

/* A soft line break where `width` more characters leave no room for its '='. */
static void make_room(Encoder *encoder, gsize width)
{
    if (encoder->column + width < LINE_LIMIT)
        return;
    g_string_append_len(encoder->out, "=\r\n", 3);
    encoder->column = 0;
}

static void append_encoded(Encoder *encoder, guchar byte)
{
    gchar code[3] = {'=', hex[byte >> 4], hex[byte & 15]};

    g_string_append_len(encoder->out, code, 3);
    encoder->column += 3;
}

static gboolean is_line_break(const gchar *at, const gchar *end, MgLines lines)
{
    if (*at == '\n')
        return lines == MG_LINES_TEXT;
    return *at == '\r' && at + 1 < end && at[1] == '\n';
}

/* Whether the character must not stand here as it is. */
static gboolean needs_code(const Encoder *encoder, const gchar *at, const gchar *end, MgLines lines)
{
    if (*at == ' ' || *at == '\t')
        return at + 1 == end || is_line_break(at + 1, end, lines);
    if (!g_ascii_isgraph(*at) || *at == '=')
        return TRUE;
    if (encoder->column > 0)
        return FALSE;
    return *at == '.' || (end - at >= 5 && memcmp(at, "From ", 5) == 0);
}

/* So many bytes from `at` on make one character, which no soft line break shall part. */
static gsize character_length(const gchar *at, const gchar *end)
{
    gsize length = (guchar)*at < 0x80 ? 1 : (gsize)(g_utf8_next_char(at) - at);

    return MIN(length, (gsize)(end - at));
}

void mg_quoted_printable_append(GString *out, const gchar *text, gsize length, MgLines lines)
{
    Encoder encoder = {out, 0};
    const gchar *end = text + length;

    for (const gchar *at = text; at < end;) {
        gsize n_bytes;

        if (is_line_break(at, end, lines)) {
            g_string_append_len(out, "\r\n", 2);
            encoder.column = 0;
            at += *at == '\r' ? 2 : 1;
            continue;
        }
        n_bytes = character_length(at, end);
        /* Room first: whether a character needs a code depends on its column. A code is taken for
         * granted only where the character is certain to get one. */
        make_room(&encoder, needs_code(&encoder, at, end, lines) ? 3 * n_bytes : 1);
        for (; n_bytes > 0; n_bytes--, at++) {
            if (needs_code(&encoder, at, end, lines)) {
                append_encoded(&encoder, (guchar)*at);
            } else {
                g_string_append_c(out, *at);
                encoder.column++;
            }
        }
    }
}
