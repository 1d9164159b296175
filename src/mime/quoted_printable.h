/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Quoted-printable (RFC 2045 6.7) such that no relay finds anything to alter: lines of 76
 * characters at most, ended by CRLF, no white space at their ends, none that begins with "From " or
 * a dot.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_LINES_TEXT, /* "\n" and "\r\n" are line breaks; a lone "\r" is data */
    MG_LINES_CRLF, /* only "\r\n" is one: decoding gives the very same bytes */
} MgLines;

/* Appends the `length` bytes at `text`, encoded in lines of at most 76 characters. */
void mg_quoted_printable_append(GString *out, const gchar *text, gsize length, MgLines lines);
