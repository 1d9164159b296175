/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The rows of a CSV, rendered once: any run of them with the header row above is a CSV of its own,
 * and its size is known without making it. Events are added in pieces, so that they need not all be
 * there at once.
 *
 * One thread's.
 */
#pragma once

#include "render/csv.h"

typedef struct MgCsvRows MgCsvRows;

/* None yet. `table` must outlive it. */
MgCsvRows *mg_csv_rows_new(const MgTable *table, MgFormulas formulas);
void mg_csv_rows_free(MgCsvRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgCsvRows, mg_csv_rows_free)

/* Adds a row an event. Errors as mg_csv_format(); the rows are of no use then. */
gboolean mg_csv_rows_add(MgCsvRows *rows, const MgEvents *events,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same where the caller has made the texts: the header row stands for that of a table, each row
 * is ended. */
MgCsvRows *mg_csv_rows_new_of_texts(const gchar *titles);
void mg_csv_rows_add_text(MgCsvRows *rows, gint64 id, const gchar *row);

/* How many there are. */
gsize mg_csv_rows_count(const MgCsvRows *rows);
/* The event of each row; until one is added. */
const gint64 *mg_csv_rows_ids(const MgCsvRows *rows);

/* The bytes of the CSV of `n_rows` from row `first` on. */
gsize mg_csv_rows_size(const MgCsvRows *rows, gsize first, gsize n_rows);
/* That of the first `n_rows` as it stands there, not ended by a NUL: until a row is added.
 * (transfer none) */
const gchar *mg_csv_rows_peek(const MgCsvRows *rows, gsize n_rows, gsize *size);
/* That CSV; what mg_csv_format_rows() makes of these events. (transfer full) */
gchar *mg_csv_rows_slice(const MgCsvRows *rows, gsize first, gsize n_rows);
