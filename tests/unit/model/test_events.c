/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/events.h"

static void test_matrix(void)
{
    g_autoptr(MgEvents) events = mg_events_new(2, 3);

    for (gsize column = 0; column < 3; column++)
        events->columns[column].name = g_strdup_printf("column %zu", column);
    g_assert_null(mg_events_cell(events, 1, 2));
    events->cells[5] = "last";
    events->cells[3] = "first of the second row";
    g_assert_cmpstr(mg_events_cell(events, 1, 2), ==, "last");
    g_assert_cmpstr(mg_events_cell(events, 1, 0), ==, "first of the second row");
    g_assert_cmpint(mg_events_find_column(events, "column 2"), ==, 2);
    g_assert_cmpint(mg_events_find_column(events, "column"), ==, -1);
}

static void test_empty(void)
{
    g_autoptr(MgEvents) no_events = mg_events_new(0, 2);
    g_autoptr(MgEvents) no_columns = mg_events_new(2, 0);

    no_events->columns[0].name = g_strdup("a");
    no_events->columns[1].name = g_strdup("b");
    g_assert_cmpint(mg_events_find_column(no_events, "b"), ==, 1);
    g_assert_cmpint(mg_events_find_column(no_columns, "b"), ==, -1);
}

static void note_freed(gpointer memory)
{
    *(gboolean *)memory = TRUE;
}

/* The cells point into it: it must live as long as they. */
static void test_memory(void)
{
    gboolean is_freed = FALSE;
    MgEvents *events = mg_events_new(1, 0);

    events->memory = &is_freed;
    events->memory_free = note_freed;
    g_assert_false(is_freed);
    mg_events_free(events);
    g_assert_true(is_freed);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/events/matrix", test_matrix);
    g_test_add_func("/events/empty", test_empty);
    g_test_add_func("/events/memory", test_memory);
    return g_test_run();
}
