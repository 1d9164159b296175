/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping.h"

static MgMappingSource *make_source(MgMappingKind kind, const gchar *text)
{
    MgMappingSource *source = mg_mapping_source_new();

    source->kind = kind;
    source->text = g_strdup(text);
    return source;
}

static void test_fields(void)
{
    g_autoptr(MgMapping) mapping = mg_mapping_new();
    MgMappingReport *report = mg_mapping_report_new();
    MgMappingSource *first = make_source(MG_MAPPING_FIRST, NULL);
    g_auto(GStrv) fields = NULL;
    g_autofree gchar *joined = NULL;

    first->items = g_ptr_array_new_with_free_func((GDestroyNotify)mg_mapping_source_free);
    g_ptr_array_add(first->items, make_source(MG_MAPPING_FIELD, "source.fqdn"));
    g_ptr_array_add(first->items, make_source(MG_MAPPING_TEXT, "$$ ${source.ip} by ${feed.name}"));
    g_ptr_array_add(mapping->reports, report);
    mg_mapping_add_entry(mapping->entries, "a", make_source(MG_MAPPING_FIELD, "source.ip"));
    mg_mapping_add_entry(report->entries, "b", first);
    mg_mapping_add_condition(report, "classification.type", g_strsplit("a,b", ",", -1));
    g_strfreev(report->needs);
    report->needs = g_strsplit("source.port", ",", -1);
    fields = mg_mapping_fields(mapping);
    joined = g_strjoinv(" ", fields);
    g_assert_cmpstr(joined, ==, "source.ip classification.type source.port source.fqdn feed.name");
}

static void append(const gchar *field, gpointer user_data)
{
    g_string_append_printf(user_data, "[%s]", field);
}

static void test_scan_text(void)
{
    static const struct {
        const gchar *text;
        const gchar *fields; /* NULL: a `$` begins none */
    } cases[] = {
        {"", ""},     {"no field", ""}, {"${a}", "[a]"}, {"${a}${b.c}", "[a][b.c]"},
        {"$$", ""},   {"$${a}", ""},    {"$", NULL},     {"$a", NULL},
        {"${", NULL}, {"${}", NULL},    {"${a", NULL},   {"a$$$", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) found = g_string_new(NULL);
        gboolean is_good = mg_mapping_scan_text(cases[i].text, append, found);

        g_assert_true(is_good == (cases[i].fields != NULL));
        if (is_good)
            g_assert_cmpstr(found->str, ==, cases[i].fields);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mapping/fields", test_fields);
    g_test_add_func("/mapping/scan-text", test_scan_text);
    return g_test_run();
}
