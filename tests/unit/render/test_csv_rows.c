/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/csv_rows.h"

#include "base/error.h"

#include <string.h>

#define N_EVENTS 5

static MgTable *make_table(void)
{
    MgTable *table = mg_table_new("test", 1);

    mg_table_set_column(table, 0, "comment", "=title");
    return table;
}

static MgEvents *make_events(gint64 first_id, const gchar *const *cells, gsize n_events)
{
    MgEvents *events = mg_events_new(n_events, 1);

    events->columns[0].name = g_strdup("comment");
    events->columns[0].kind = MG_KIND_TEXT;
    for (gsize i = 0; i < n_events; i++) {
        events->ids[i] = first_id + (gint64)i;
        events->cells[i] = cells[i];
    }
    return events;
}

static const gchar *const cells[N_EVENTS] = {"a", "=1+1", "\"", NULL, "last\r\nline"};

/* Whatever run of rows: as if it were rendered by itself, its size known before. */
static void assert_slices(MgCsvRows *rows, const MgTable *table, const MgEvents *all)
{
    for (gsize first = 0; first <= N_EVENTS; first++)
        for (gsize n = 0; first + n <= N_EVENTS; n++) {
            g_autofree gchar *slice = mg_csv_rows_slice(rows, first, n, NULL);
            g_autofree gchar *expected =
                mg_csv_format_rows(table, all, first, n, MG_FORMULAS_QUOTED, NULL);

            g_assert_cmpstr(slice, ==, expected);
            g_assert_cmpuint(mg_csv_rows_size(rows, first, n), ==, strlen(expected));
        }
}

static void test_slices(void)
{
    g_autoptr(MgTable) table = make_table();
    g_autoptr(MgEvents) all = make_events(10, cells, N_EVENTS);
    g_autoptr(MgEvents) head = make_events(10, cells, 2);
    g_autoptr(MgEvents) tail = make_events(12, cells + 2, N_EVENTS - 2);
    g_autoptr(MgCsvRows) rows = mg_csv_rows_new(table, MG_FORMULAS_QUOTED);

    g_assert_true(mg_csv_rows_add(rows, head, NULL));
    g_assert_true(mg_csv_rows_add(rows, tail, NULL));
    g_assert_cmpuint(mg_csv_rows_count(rows), ==, N_EVENTS);
    g_assert_cmpmem(mg_csv_rows_ids(rows), N_EVENTS * sizeof(gint64), all->ids,
                    N_EVENTS * sizeof(gint64));
    assert_slices(rows, table, all);
}

/* Of pieces that are loaded as they are wanted, some of them empty. */

static const gsize pieces[] = {0, 2, 0, 1, 2, 0};

typedef struct {
    const gchar *const *cells;
    guint n_loads;
} Source;

static MgEvents *load(gpointer data, gsize nth, GError **error)
{
    Source *source = data;
    gsize first = 0;

    for (gsize i = 0; i < nth; i++)
        first += pieces[i];
    source->n_loads++;
    return make_events(10 + (gint64)first, source->cells + first, pieces[nth]);
}

/* `kept`: bytes, of some 30. */
static void test_pieces(gconstpointer kept)
{
    g_autoptr(MgTable) table = make_table();
    g_autoptr(MgEvents) all = make_events(10, cells, N_EVENTS);
    g_autoptr(MgCsvRows) rows = mg_csv_rows_new(table, MG_FORMULAS_QUOTED);
    Source source = {cells, 0};

    g_assert_true(
        mg_csv_rows_load(rows, G_N_ELEMENTS(pieces), load, &source, GPOINTER_TO_SIZE(kept), NULL));
    g_assert_cmpuint(source.n_loads, ==, G_N_ELEMENTS(pieces));
    g_assert_cmpuint(mg_csv_rows_count(rows), ==, N_EVENTS);
    assert_slices(rows, table, all);
    if (GPOINTER_TO_SIZE(kept) >= 1000)
        g_assert_cmpuint(source.n_loads, ==, G_N_ELEMENTS(pieces));
    else
        g_assert_cmpuint(source.n_loads, >, G_N_ELEMENTS(pieces));
}

/* What lies behind is dropped for what comes: going through once loads each piece once more. */
static void test_forward(void)
{
    g_autoptr(MgTable) table = make_table();
    g_autoptr(MgCsvRows) rows = mg_csv_rows_new(table, MG_FORMULAS_QUOTED);
    Source source = {cells, 0};

    g_assert_true(mg_csv_rows_load(rows, G_N_ELEMENTS(pieces), load, &source, 20, NULL));
    source.n_loads = 0;
    for (guint looks = 0; looks < 3; looks++)
        for (gsize first = 3; first < N_EVENTS; first++) {
            g_autofree gchar *slice = mg_csv_rows_slice(rows, first, 1, NULL);
            g_assert_nonnull(slice);
        }
    g_assert_cmpuint(source.n_loads, ==, 1);
}

static void test_changed_meanwhile(void)
{
    static const gchar *const others[N_EVENTS] = {"a", "=1+1", "\"", NULL, "last\r\nlong line"};
    g_autoptr(MgTable) table = make_table();
    g_autoptr(MgCsvRows) rows = mg_csv_rows_new(table, MG_FORMULAS_QUOTED);
    Source source = {cells, 0};
    g_autoptr(GError) error = NULL;
    g_autofree gchar *slice = NULL;

    g_assert_true(mg_csv_rows_load(rows, G_N_ELEMENTS(pieces), load, &source, 0, NULL));
    source.cells = others;
    slice = mg_csv_rows_slice(rows, 0, 3, NULL);
    g_assert_nonnull(slice);
    g_assert_null(mg_csv_rows_slice(rows, 0, 4, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_failure(void)
{
    static const gchar *const bad[] = {"{"};
    g_autoptr(MgTable) table = make_table();
    g_autoptr(MgEvents) events = make_events(77, bad, 1);
    g_autoptr(MgCsvRows) rows = mg_csv_rows_new(table, MG_FORMULAS_AS_IS);
    g_autoptr(GError) error = NULL;

    events->columns[0].kind = MG_KIND_JSON;
    g_assert_false(mg_csv_rows_add(rows, events, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "event 77"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv-rows/slices", test_slices);
    g_test_add_data_func("/csv-rows/pieces/none-kept", GSIZE_TO_POINTER(0), test_pieces);
    g_test_add_data_func("/csv-rows/pieces/some-kept", GSIZE_TO_POINTER(20), test_pieces);
    g_test_add_data_func("/csv-rows/pieces/all-kept", GSIZE_TO_POINTER(1000), test_pieces);
    g_test_add_func("/csv-rows/forward", test_forward);
    g_test_add_func("/csv-rows/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/csv-rows/failure", test_failure);
    return g_test_run();
}
