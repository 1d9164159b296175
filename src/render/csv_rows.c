/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/csv_rows.h"

#include <string.h>

struct MgCsvRows {
    const MgTable *table;
    MgFormulas formulas;
    GString *text; /* the header row, then all others */
    GArray *ends;  /* of gsize: where in the text the header row and each row end */
    GArray *ids;   /* of gint64 */
};

static MgCsvRows *new_rows(void)
{
    MgCsvRows *rows = g_new0(MgCsvRows, 1);

    rows->text = g_string_new(NULL);
    rows->ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    rows->ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    return rows;
}

MgCsvRows *mg_csv_rows_new(const MgTable *table, MgFormulas formulas)
{
    MgCsvRows *rows = new_rows();

    rows->table = table;
    rows->formulas = formulas;
    mg_csv_append_titles(rows->text, table, formulas);
    g_array_append_val(rows->ends, rows->text->len);
    return rows;
}

MgCsvRows *mg_csv_rows_new_of_texts(const gchar *titles)
{
    MgCsvRows *rows = new_rows();

    g_string_append(rows->text, titles);
    g_array_append_val(rows->ends, rows->text->len);
    return rows;
}

void mg_csv_rows_add_text(MgCsvRows *rows, gint64 id, const gchar *row)
{
    g_string_append(rows->text, row);
    g_array_append_val(rows->ends, rows->text->len);
    g_array_append_val(rows->ids, id);
}

void mg_csv_rows_free(MgCsvRows *rows)
{
    if (rows == NULL)
        return;
    g_string_free(rows->text, TRUE);
    g_array_unref(rows->ends);
    g_array_unref(rows->ids);
    g_free(rows);
}

gboolean mg_csv_rows_add(MgCsvRows *rows, const MgEvents *events, GError **error)
{
    guint n_before = rows->ids->len;

    g_array_set_size(rows->ends, n_before + 1 + (guint)events->n_events);
    g_array_append_vals(rows->ids, events->ids, (guint)events->n_events);
    return mg_csv_append_rows(rows->text, rows->table, events, 0, events->n_events, rows->formulas,
                              &g_array_index(rows->ends, gsize, n_before + 1), error);
}

gsize mg_csv_rows_count(const MgCsvRows *rows)
{
    return rows->ids->len;
}

const gint64 *mg_csv_rows_ids(const MgCsvRows *rows)
{
    return (const gint64 *)rows->ids->data;
}

static gsize end_of(const MgCsvRows *rows, gsize n_rows)
{
    return g_array_index(rows->ends, gsize, n_rows);
}

gsize mg_csv_rows_size(const MgCsvRows *rows, gsize first, gsize n_rows)
{
    return end_of(rows, 0) + end_of(rows, first + n_rows) - end_of(rows, first);
}

const gchar *mg_csv_rows_peek(const MgCsvRows *rows, gsize n_rows, gsize *size)
{
    *size = mg_csv_rows_size(rows, 0, n_rows);
    return rows->text->str;
}

gchar *mg_csv_rows_slice(const MgCsvRows *rows, gsize first, gsize n_rows)
{
    gsize n_titles = end_of(rows, 0);
    gsize size = mg_csv_rows_size(rows, first, n_rows);
    gchar *slice = g_malloc(size + 1);

    g_assert(first + n_rows <= rows->ids->len);
    memcpy(slice, rows->text->str, n_titles);
    memcpy(slice + n_titles, rows->text->str + end_of(rows, first), size - n_titles);
    slice[size] = '\0';
    return slice;
}
