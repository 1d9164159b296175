/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * CSV within text, found again so that it can be shown as a table. Pure.
 */
#pragma once

#include <glib.h>

/* A stretch of a text: either plain or a table. */
typedef struct {
    gchar *text;     /* NULL where it is a table */
    GPtrArray *rows; /* NULL where it is plain; of gchar **, the titles first */
} MgTableTextBlock;

/* The stretches of a mail's text, whose lines end by "\n". A table is what this program writes as
 * CSV: at least two rows of equally many quoted fields, two or more, so that quoted prose stays
 * prose; and exactly the text comes out where its cells are quoted again. (transfer full)
 * (element-type MgTableTextBlock) */
GPtrArray *mg_table_text_split(const gchar *text);

/* A whole text as CSV of anybody's making (RFC 4180), unquoted fields allowed. NULL where it is no
 * CSV: fewer than two rows, rows unequally long, a quote in the wrong place. (transfer full)
 * (element-type MgTableTextBlock): one block */
GPtrArray *mg_table_text_read(const gchar *text);

/* A part of a mail by its media type: CSV as a table, a report in JSON readable, other text split;
 * NULL where it is no text. (transfer full) (element-type MgTableTextBlock) */
GPtrArray *mg_table_text_of_part(const gchar *type, const gchar *text);

/* Of its first row: all have as many. */
guint mg_table_text_n_columns(const MgTableTextBlock *block);
