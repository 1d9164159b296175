/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/x_arf.h"

#include "base/error.h"
#include "document/tree.h"

#include <string.h>

#define SCHEMA                                                                                     \
    "{\"properties\": {\"Report-ID\": {\"type\": \"string\"}, "                                    \
    "\"TLP\": {\"type\": \"string\", \"enum\": [\"red\", \"green\"], \"optional\": true}, "        \
    "\"Source-Port\": {\"type\": \"integer\", \"optional\": true}, "                               \
    "\"Target\": {\"type\": \"string\", \"optional\": true, \"requires\": \"Target-Type\"}, "      \
    "\"Target-Type\": {\"type\": \"string\", \"optional\": true}}}"

static MgXArfSchema *read_schema(const gchar *text, GError **error)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("x");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, strlen(text), complaints);
    MgXArfSchema *schema = tree->root != NULL ? mg_x_arf_read_schema(tree->root, complaints) : NULL;

    if (!mg_complaints_is_empty(complaints))
        mg_complaints_set_error(complaints, error);
    return schema;
}

static void test_write(void)
{
    static const struct {
        MgXArfValue values[4];
        const gchar *report;
        const gchar *message;
    } cases[] = {
        {{{"report_id", "a@b"}}, "Report-ID: a@b\n", NULL},
        {{{"tlp", "red"}, {"report_id", "yes"}, {"other", "x"}},
         "Report-ID: \"yes\"\nTLP: red\n",
         NULL},
        {{{"report_id", "a"}, {"report_id", "b"}}, "Report-ID: b\n", NULL},
        {{{"report_id", "a"}, {"source_port", "12345678901234567890", TRUE}},
         "Report-ID: a\nSource-Port: 12345678901234567890\n",
         NULL},
        {{{"tlp", "red"}}, NULL, "the report's 'Report-ID' is required, but missing"},
        {{{"report_id", "1", TRUE}},
         NULL,
         "the report's 'Report-ID' must be a text, but is the integer 1"},
        {{{"report_id", "a"}, {"source_port", "1"}},
         NULL,
         "the report's 'Source-Port' must be an integer, but is the text '1'"},
        {{{"report_id", "a"}, {"tlp", "RED"}},
         NULL,
         "the report's 'TLP' must be one of red, green, but is 'RED'"},
        {{{"report_id", "a"}, {"target", "x"}},
         NULL,
         "the report's 'Target-Type' is missing, which 'Target' requires"},
        {{{"report_id", "a"}, {"target", "x"}, {"target_type", "y"}},
         "Report-ID: a\nTarget: x\nTarget-Type: \"y\"\n",
         NULL},
    };
    g_autoptr(MgXArfSchema) schema = read_schema(SCHEMA, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *report = NULL;
        gsize n = 0;

        while (n < G_N_ELEMENTS(cases[i].values) && cases[i].values[n].name != NULL)
            n++;
        report = mg_x_arf_write(schema, cases[i].values, n, &error);
        g_assert_cmpstr(report, ==, cases[i].report);
        if (cases[i].message == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

static void test_no_schema(void)
{
    static const gchar *const texts[] = {
        "[]",
        "{}",
        "1",
        "{\"properties\": []}",
        "{\"properties\": {}}",
        "{\"properties\": {\"a\": 1}}",
        "{\"properties\": {\"Report-ID\": {}, \"report_id\": {}}}",
        "{\"properties\": {\"a\\u0000b\": {}}}",
        "<html>not found</html>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(read_schema(texts[i], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    }
}

static void test_shipped(void)
{
    static const MgXArfValue values[] = {
        {"reported_from", "cert@cert.example"},
        {"report_id", "20261120-10000001@cert.example"},
        {"category", "abuse"},
        {"report_type", "bot-infection"},
        {"user_agent", "intelmqcbmail"},
        {"date", "2026-11-20T03:04:05Z"},
        {"source", "192.0.2.1"},
        {"source_type", "ipv4"},
        {"source_port", "443", TRUE},
        {"bot_name", "conficker"},
        {"attachment", "none"},
        {"schema_url", "https://a.example/abuse_bot-infection_0.1.0.json"},
    };
    static const gchar *const names[] = {"abuse_bot-infection_0.1.0.json",
                                         "abuse_bot-infection_0.2.0_unstable.json",
                                         "abuse_bot-infection_0.2.0.json"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *report =
            mg_x_arf_write(mg_x_arf_shipped_schema(names[i]), values, G_N_ELEMENTS(values), &error);

        g_assert_no_error(error);
        g_assert_nonnull(strstr(report, "Source-Port: 443\n"));
        g_assert_true((strstr(report, "Bot-Name: conficker\n") != NULL) == (i == 0));
    }
    g_assert_null(mg_x_arf_shipped_schema("unheard_of.json"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/x-arf/write", test_write);
    g_test_add_func("/x-arf/no-schema", test_no_schema);
    g_test_add_func("/x-arf/shipped", test_shipped);
    return g_test_run();
}
