/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/csv.h"

#include "base/error.h"

#include <string.h>

static const MgEventColumn columns[] = {
    {(gchar *)"source.asn", MG_KIND_INTEGER},
    {(gchar *)"time.source", MG_KIND_TIMESTAMP},
    {(gchar *)"time.observation", MG_KIND_TIMESTAMP},
    {(gchar *)"extra.tag", MG_KIND_JSON},
    {(gchar *)"comment", MG_KIND_TEXT},
};

static MgEvents *make_events(const gchar *const (*cells)[G_N_ELEMENTS(columns)], gsize n_events)
{
    MgEvents *events = mg_events_new(n_events, G_N_ELEMENTS(columns));

    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
        events->columns[i].name = g_strdup(columns[i].name);
        events->columns[i].kind = columns[i].kind;
    }
    for (gsize row = 0; row < n_events; row++) {
        events->ids[row] = (gint64)(100 + row);
        for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
            events->cells[row * G_N_ELEMENTS(columns) + i] = cells[row][i];
    }
    return events;
}

static MgTable *make_table(const gchar *const (*fields)[2], gsize n_columns)
{
    MgTable *table = mg_table_new("test", n_columns);

    for (gsize i = 0; i < n_columns; i++)
        mg_table_set_column(table, i, fields[i][0], fields[i][1]);
    return table;
}

static void test_format(void)
{
    static const gchar *const cells[][G_N_ELEMENTS(columns)] = {
        {"64496", "2026-11-20 03:04:05.5+00", "2026-11-20 03:04:05.5+00", "{\"a\": \"b\"}",
         "say \"hi\",\r\nthen =1+1"},
        {NULL, NULL, NULL, NULL, NULL},
        {"1", "2026-11-20 03:04:05+00", "2026-11-20 03:04:05+00", "\"\\\"\"", "\"\"\""},
    };
    static const gchar *const fields[][2] = {
        {"time.source", "timestamp"}, {"source.asn", "the \"asn\""}, {"extra.tag", "tag"},
        {"time.observation", "seen"}, {"comment", "comment"},        {"source.asn", ""}};
    g_autoptr(MgEvents) events = make_events(cells, G_N_ELEMENTS(cells));
    g_autoptr(MgTable) table = make_table(fields, G_N_ELEMENTS(fields));
    g_autoptr(GError) error = NULL;
    g_autofree gchar *csv = mg_csv_format(table, events, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(
        csv, ==,
        "\"timestamp\",\"the \"\"asn\"\"\",\"tag\",\"seen\",\"comment\",\"\"\r\n"
        "\"2026-11-20 03:04:05\",\"64496\",\"{'a': 'b'}\",\"2026-11-20 03:04:05.500000+00:00\","
        "\"say \"\"hi\"\",\r\nthen =1+1\",\"64496\"\r\n"
        "\"\",\"\",\"\",\"\",\"\",\"\"\r\n"
        "\"2026-11-20 03:04:05\",\"1\",\"\"\"\",\"2026-11-20 03:04:05+00:00\",\"\"\"\"\"\"\"\","
        "\"1\"\r\n");
}

static void test_no_events(void)
{
    static const gchar *const fields[][2] = {{"source.asn", "asn"}, {"comment", "c"}};
    g_autoptr(MgEvents) events = make_events(NULL, 0);
    g_autoptr(MgTable) table = make_table(fields, G_N_ELEMENTS(fields));
    g_autofree gchar *csv = mg_csv_format(table, events, NULL);

    g_assert_cmpstr(csv, ==, "\"asn\",\"c\"\r\n");
}

static void test_slices_make_the_whole(void)
{
    static const gchar *const cells[][G_N_ELEMENTS(columns)] = {
        {"1", NULL, NULL, NULL, "a"}, {"2", NULL, NULL, NULL, "b"}, {"3", NULL, NULL, NULL, "c"}};
    static const gchar *const fields[][2] = {{"source.asn", "asn"}, {"comment", "c"}};
    g_autoptr(MgEvents) events = make_events(cells, G_N_ELEMENTS(cells));
    g_autoptr(MgTable) table = make_table(fields, G_N_ELEMENTS(fields));
    g_autofree gchar *whole = mg_csv_format(table, events, NULL);
    gsize header = strlen("\"asn\",\"c\"\r\n");

    for (gsize cut = 0; cut <= events->n_events; cut++) {
        g_autofree gchar *first =
            mg_csv_format_rows(table, events, 0, cut, MG_FORMULAS_AS_IS, NULL);
        g_autofree gchar *second =
            mg_csv_format_rows(table, events, cut, events->n_events - cut, MG_FORMULAS_AS_IS, NULL);
        g_autofree gchar *joined = g_strconcat(first, second + header, NULL);
        g_assert_cmpstr(joined, ==, whole);
    }
}

static void test_formulas(void)
{
    static const struct {
        const gchar *cell;
        const gchar *quoted;
    } cases[] = {{"=1+1", "'=1+1"},
                 {"+49", "'+49"},
                 {"-1", "'-1"},
                 {"@SUM(A1)", "'@SUM(A1)"},
                 {"\tx", "'\tx"},
                 {"\rx", "'\rx"},
                 {"\"=1\"", "\"\"=1\"\""}, /* a quote begins it */
                 {"=\"a\"", "'=\"\"a\"\""},
                 {"a=1", "a=1"},
                 {" =1", " =1"},
                 {"'=1", "'=1"},
                 {"", ""},
                 {NULL, ""}};
    static const gchar *const fields[][2] = {{"comment", "=title"}};
    g_autoptr(MgTable) table = make_table(fields, G_N_ELEMENTS(fields));

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const gchar *const cells[][G_N_ELEMENTS(columns)] = {
            {NULL, NULL, NULL, NULL, cases[i].cell}};
        g_autoptr(MgEvents) events = make_events(cells, 1);
        g_autofree gchar *csv = mg_csv_format_rows(table, events, 0, 1, MG_FORMULAS_QUOTED, NULL);
        g_autofree gchar *expected = g_strdup_printf("\"'=title\"\r\n\"%s\"\r\n", cases[i].quoted);
        g_assert_cmpstr(csv, ==, expected);
    }
}

static void test_error_names_event_and_column(void)
{
    static const gchar *const cells[][G_N_ELEMENTS(columns)] = {{"1", NULL, NULL, NULL, NULL},
                                                                {"x", NULL, NULL, NULL, NULL}};
    static const gchar *const fields[][2] = {{"source.asn", "asn"}};
    g_autoptr(MgEvents) events = make_events(cells, G_N_ELEMENTS(cells));
    g_autoptr(MgTable) table = make_table(fields, G_N_ELEMENTS(fields));
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_csv_format(table, events, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(error->message, ==, "event 101, column 'source.asn': 'x' is no integer");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/format", test_format);
    g_test_add_func("/csv/no-events", test_no_events);
    g_test_add_func("/csv/slices-make-the-whole", test_slices_make_the_whole);
    g_test_add_func("/csv/formulas", test_formulas);
    g_test_add_func("/csv/error-names-event-and-column", test_error_names_event_and_column);
    return g_test_run();
}
