/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/csv.h"

#include "base/error.h"
#include "render/python_text.h"

#include <string.h>

#define TYPICAL_CELL 24 /* bytes; a first guess that saves growing the text */

/* The one column that is shown without zone and fraction (mailgen-templates(5), CSV). */
#define SECONDS_FIELD "time.source"

static gboolean append_cell(GString *out, const MgEventColumn *column, const gchar *cell,
                            GError **error)
{
    if (mg_table_is_hidden(column->name))
        return TRUE;
    if (cell != NULL && (column->kind == MG_KIND_TIMESTAMP || column->kind == MG_KIND_LOCAL_TIME) &&
        g_str_equal(column->name, SECONDS_FIELD))
        return mg_python_text_append_utc_seconds(out, cell, error);
    return mg_python_text_append(out, column->kind, cell, error);
}

/* Doubles the quotes from `start` on. Cells go straight into the text: few hold a quote. */
static void double_quotes(GString *out, gsize start)
{
    gsize n_quotes = 0;
    gsize from = out->len;
    gsize to;

    if (memchr(out->str + start, '"', out->len - start) == NULL)
        return;
    for (gsize i = start; i < out->len; i++)
        n_quotes += out->str[i] == '"';
    g_string_set_size(out, out->len + n_quotes);
    for (to = out->len; from > start;) {
        out->str[--to] = out->str[--from];
        if (out->str[from] == '"')
            out->str[--to] = '"';
    }
}

void mg_csv_append_text(GString *out, const gchar *text, gsize length)
{
    gsize start = out->len + 1;

    g_string_append_c(out, '"');
    g_string_append_len(out, text, (gssize)length);
    double_quotes(out, start);
    g_string_append_c(out, '"');
}

/* A spreadsheet computes what begins so; behind an apostrophe it shows it. */
static gboolean is_formula(const gchar *cell)
{
    return *cell != '\0' && strchr("=+-@\t\r", *cell) != NULL;
}

static void end_field(GString *out, gsize start, MgFormulas formulas, gboolean last)
{
    double_quotes(out, start);
    if (formulas == MG_FORMULAS_QUOTED && is_formula(out->str + start))
        g_string_insert_c(out, (gssize)start, '\'');
    g_string_append_len(out, last ? "\"\r\n" : "\",", last ? 3 : 2);
}

void mg_csv_append_titles(GString *out, const MgTable *table, MgFormulas formulas)
{
    for (gsize i = 0; i < table->n_columns; i++) {
        gsize start = out->len + 1;
        g_string_append_c(out, '"');
        g_string_append(out, table->columns[i].title);
        end_field(out, start, formulas, i + 1 == table->n_columns);
    }
}

static gboolean append_row(GString *out, const MgEvents *events, gsize row, const gsize *indexes,
                           gsize n_indexes, MgFormulas formulas, GError **error)
{
    for (gsize i = 0; i < n_indexes; i++) {
        const MgEventColumn *column = &events->columns[indexes[i]];
        gsize start = out->len + 1;

        g_string_append_c(out, '"');
        if (!append_cell(out, column, mg_events_cell(events, row, indexes[i]), error)) {
            g_autofree gchar *name = mg_error_quote(column->name);
            g_prefix_error(error, "event %" G_GINT64_FORMAT ", column %s: ", events->ids[row],
                           name);
            return FALSE;
        }
        end_field(out, start, formulas, i + 1 == n_indexes);
    }
    return TRUE;
}

/* Where in `events` the table's columns stand. */
static gsize *find_columns(const MgTable *table, const MgEvents *events)
{
    gsize *indexes = g_new(gsize, table->n_columns);

    for (gsize i = 0; i < table->n_columns; i++) {
        gssize index = mg_events_find_column(events, table->columns[i].field);
        g_assert(index >= 0);
        indexes[i] = (gsize)index;
    }
    return indexes;
}

gboolean mg_csv_append_rows(GString *out, const MgTable *table, const MgEvents *events, gsize first,
                            gsize n_rows, MgFormulas formulas, gsize *ends, GError **error)
{
    g_autofree gsize *indexes = find_columns(table, events);

    g_assert(first <= events->n_events && n_rows <= events->n_events - first);
    for (gsize i = 0; i < n_rows; i++) {
        if (!append_row(out, events, first + i, indexes, table->n_columns, formulas, error))
            return FALSE;
        if (ends != NULL)
            ends[i] = out->len;
    }
    return TRUE;
}

gchar *mg_csv_format_rows(const MgTable *table, const MgEvents *events, gsize first, gsize n_rows,
                          MgFormulas formulas, GError **error)
{
    g_autoptr(GString) out = g_string_sized_new((n_rows + 1) * table->n_columns * TYPICAL_CELL);

    mg_csv_append_titles(out, table, formulas);
    if (!mg_csv_append_rows(out, table, events, first, n_rows, formulas, NULL, error))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

gchar *mg_csv_format(const MgTable *table, const MgEvents *events, GError **error)
{
    return mg_csv_format_rows(table, events, 0, events->n_events, MG_FORMULAS_AS_IS, error);
}
