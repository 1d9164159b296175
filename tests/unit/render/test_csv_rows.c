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
    for (gsize first = 0; first <= N_EVENTS; first++)
        for (gsize n = 0; first + n <= N_EVENTS; n++) {
            g_autofree gchar *slice = mg_csv_rows_slice(rows, first, n);
            g_autofree gchar *expected =
                mg_csv_format_rows(table, all, first, n, MG_FORMULAS_QUOTED, NULL);

            g_assert_cmpstr(slice, ==, expected);
            if (first == 0) {
                gsize size = 0;
                const gchar *peeked = mg_csv_rows_peek(rows, n, &size);
                g_assert_cmpmem(peeked, size, expected, strlen(expected));
            }
            g_assert_cmpuint(mg_csv_rows_size(rows, first, n), ==, strlen(expected));
        }
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
    g_test_add_func("/csv-rows/failure", test_failure);
    return g_test_run();
}
