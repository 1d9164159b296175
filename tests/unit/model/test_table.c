/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/table.h"

static const struct {
    const gchar *name;
    gboolean is_field;
} cases[] = {
    {"source.ip", TRUE},
    {"rtir_id", TRUE},
    {"extra", TRUE},
    {"extra.os name; DROP TABLE", TRUE}, /* a JSON key, handed over as a parameter */
    {"extra.", TRUE},                    /* a column of that odd name; the table will not have it */
    {"", FALSE},
    {"source ip", FALSE},
    {"source.ip\"", FALSE},
    {"source.ip;--", FALSE},
    {"quelle.größe", FALSE},
    {"extra.\xff", FALSE},
};

static void test_field_names(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(mg_table_is_field_name(cases[i].name), ==, cases[i].is_field);
}

static void test_builtin(void)
{
    const MgTable *table = mg_table_builtin();
    g_autofree const gchar **fields = mg_table_fields(table);

    g_assert_cmpuint(table->n_columns, ==, 8);
    g_assert_cmpstr(fields[2], ==, "time.source");
    g_assert_cmpstr(table->columns[2].title, ==, "timestamp");
    g_assert_null(fields[8]);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/field-names", test_field_names);
    g_test_add_func("/table/builtin", test_builtin);
    return g_test_run();
}
