/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Reading: a mail taken apart again for the eyes of an operator, headers and parts decoded.
 *
 * For showing only: what cannot be decoded is shown as well as it goes, never an error, and all
 * texts are UTF-8 without NUL, lines ended by "\n". They are as hostile as the mail: whoever shows
 * them escapes them. From any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *name;
    gchar *text; /* decoded, on one line */
} MgReadingHeader;

typedef struct {
    gchar *name; /* (nullable): the file name the part suggests */
    gchar *type; /* "text/csv", lower case */
    gchar *text; /* NULL where the part is no text; JSON and feedback reports are */
    gsize size;  /* decoded, bytes */
} MgReadingPart;

typedef struct {
    GPtrArray *headers; /* of MgReadingHeader, in the mail's order, MIME's own left out */
    GPtrArray *parts;   /* of MgReadingPart: a text/plain without name is read as the mail's text */
    gboolean is_signed; /* OpenPGP/MIME or clear-signed: said, not verified */
} MgReading;

/* `wire`: as in MgMail. (transfer full) */
MgReading *mg_reading_new(GBytes *wire);
void mg_reading_free(MgReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgReading, mg_reading_free)

/* Whether the part is text that a reader sees in the mail itself. */
gboolean mg_reading_part_is_body(const MgReadingPart *part);
