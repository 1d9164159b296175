/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: the events as CSV (mailgen-templates(5), CSV), to the byte what Python's
 * csv.writer makes of them.
 */
#pragma once

#include "model/events.h"
#include "model/table.h"

typedef enum {
    MG_FORMULAS_AS_IS,
    MG_FORMULAS_QUOTED, /* an apostrophe before cells that begin with one of = + - @ TAB CR */
} MgFormulas;

/* Header row of titles, then a row an event, all quoted, rows ended by CRLF. Every field of `table`
 * must be a column of `events` (an assertion: the events were loaded for this table). A cell that
 * is not what its kind promises, such as JSON that does not parse, is MG_ERROR_GROUP with column
 * and event id. (transfer full) */
gchar *mg_csv_format(const MgTable *table, const MgEvents *events,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for `n_rows` of the events from row `first` on: what all slices hold below their header
 * rows is, in order, what the whole holds. Titles are cells too. (transfer full) */
gchar *mg_csv_format_rows(const MgTable *table, const MgEvents *events, gsize first, gsize n_rows,
                          MgFormulas formulas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The header row alone, and rows alone, appended to `out`; `ends` (nullable) receives for each row
 * where in `out` it ends. Errors as above; `out` then holds a piece of a row. */
void mg_csv_append_titles(GString *out, const MgTable *table, MgFormulas formulas);
gboolean mg_csv_append_rows(GString *out, const MgTable *table, const MgEvents *events, gsize first,
                            gsize n_rows, MgFormulas formulas, gsize *ends,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One field: the text in quotes, those within doubled. */
void mg_csv_append_text(GString *out, const gchar *text, gsize length);
