/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The rows of a CSV: any run of them with the header row above is a CSV of its own, and its size is
 * known without making it. Of events that are loaded in pieces only as many rows are kept as memory
 * should hold; the others are loaded and rendered again where they are wanted.
 *
 * One thread's.
 */
#pragma once

#include "render/csv.h"

#define MG_CSV_ROWS_KEPT ((gsize)24 << 20) /* bytes, of rows that can be loaded again */

typedef struct MgCsvRows MgCsvRows;

/* None yet. `table` must outlive it. */
MgCsvRows *mg_csv_rows_new(const MgTable *table, MgFormulas formulas);
void mg_csv_rows_free(MgCsvRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgCsvRows, mg_csv_rows_free)

/* Adds a row an event. Errors as mg_csv_format(); the rows are of no use then. */
gboolean mg_csv_rows_add(MgCsvRows *rows, const MgEvents *events,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The events of the nth piece, which may be none. (transfer full) */
typedef MgEvents *(*MgCsvLoad)(gpointer data, gsize nth, GError **error);
/* The same of so many pieces, in their order; no others may be added. `load` and `data` are used
 * as long as the rows live, which keep about `kept` bytes. Errors are those of `load`, too. */
gboolean mg_csv_rows_load(MgCsvRows *rows, gsize n_pieces, MgCsvLoad load, gpointer data,
                          gsize kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

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

/* That CSV; what mg_csv_format_rows() makes of these events. NULL with the errors of the loading,
 * or MG_ERROR_GROUP where the events have changed meanwhile. (transfer full) */
gchar *mg_csv_rows_slice(MgCsvRows *rows, gsize first, gsize n_rows,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the same a stretch after the other. */
typedef struct {
    MgCsvRows *rows;
    gsize first;
    gsize at;
    gsize end;
    gboolean is_begun;
} MgCsvReader;

/* From the header row on; `rows` must outlive the reading. */
MgCsvReader mg_csv_rows_read(MgCsvRows *rows, gsize first, gsize n_rows);
/* `size` 0: all was read. `text` is not ended by a NUL, and stands until the rows are used again.
 * Errors as mg_csv_rows_slice(). */
gboolean mg_csv_rows_next(MgCsvReader *reader, const gchar **text, gsize *size,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
