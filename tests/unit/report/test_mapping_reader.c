/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/mapping_reader.h"

#include "base/error.h"
#include "document/tree.h"

#include <string.h>

#define CORE                                                                                       \
    "fields:\n  timestamp: {field: time.source, as: rfc3339}\n"                                    \
    "  source_identifier: {first: [source.ip, source.fqdn]}\n"
#define KIND(fields)                                                                               \
    "kinds:\n- fields:\n    category: {text: reputation}\n    type: {text: blocklist}\n" fields
#define THREAT "    threat_type: {text: spam}\n"

static void test_mistakes(void)
{
    static const struct {
        const gchar *text;
        const gchar *complaint;
    } cases[] = {
        {CORE KIND(THREAT), NULL},
        {CORE KIND("    threat_type: [{text: a}, {field: b}]\n"), NULL},
        {CORE, "x:1:1: a mapping to reports has no 'kinds'"},
        {CORE "kind: []\n" KIND(THREAT),
         "x:4:1: unknown key 'kind' in a mapping to reports; did you mean 'kinds'?"},
        {CORE "kinds: [{when: {}}]\n", "x:4:9: a kind of report has no 'fields'"},
        {CORE KIND(""), "x:6:5: reputation/blocklist needs the field 'threat_type'"},
        {KIND(THREAT), "x:3:5: reputation/blocklist needs the field 'timestamp'"},
        {CORE KIND(THREAT "    report_id: {text: a}\n"),
         "x:9:5: the program itself fills the report's field 'report_id'"},
        {CORE KIND(THREAT "    evidence.x: {text: a}\n"),
         "x:9:5: the program itself fills the report's field 'evidence.x'"},
        {CORE KIND(THREAT "    A b: {text: a}\n"), "x:9:5: 'A b' is no name of a report's field"},
        {CORE KIND(THREAT "    a: {}\n"), "x:9:8: a source has one of 'field', 'text' and 'first'"},
        {CORE KIND(THREAT "    a: {field: a, text: b}\n"),
         "x:9:8: a source has one of 'field', 'text' and 'first'"},
        {CORE KIND(THREAT "    a: {feild: a, text: b}\n"),
         "x:9:9: unknown key 'feild' in a source; did you mean 'field'?"},
        {CORE KIND(THREAT "    a: {field: a, as: date}\n"),
         "x:9:23: 'as' must be one of as_is, rfc3339, int, lower, confidence, tag, uri, cve, but "
         "is "
         "'date'"},
        {CORE KIND(THREAT "    a: {field: 'a;b'}\n"),
         "x:9:16: 'a;b' is no name of an event's field"},
        {CORE KIND(THREAT "    a: {text: '${a;b}'}\n"),
         "x:9:15: 'a;b' is no name of an event's field"},
        {CORE KIND(THREAT "    a: {text: '$a'}\n"),
         "x:9:15: a '$' in 'text' begins no ${field}; write \"$$\" for a dollar sign"},
        {CORE KIND(THREAT "    source_port: {text: many}\n"),
         "x:9:18: 'many' is nothing that 'source_port' of reputation/blocklist may be"},
        {CORE KIND(THREAT "  needs: [a/b]\n"), "x:9:10: 'a/b' is no name of an event's field"},
        {CORE KIND(THREAT "  when: {a/b: x}\n"), "x:9:10: 'a/b' is no name of an event's field"},
        {CORE "kinds:\n- fields: {category: {text: a}, type: {text: b}}\n",
         "x:5:11: the program knows no kind of report 'a/b'"},
        {CORE "kinds:\n- fields: {category: {field: a}, type: {text: b}}\n",
         "x:5:11: a kind of report needs 'category' and 'type', each a 'text'"},
        {"[]\n",
         "x:1:1: a mapping to reports must be a mapping (lines of the form \"key: value\"), "
         "but is a list"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("x");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_YAML, cases[i].text, strlen(cases[i].text), complaints);
        g_autoptr(MgMapping) mapping =
            mg_mapping_reader_read(tree->root, MG_MAPPING_TARGET_XARF_4, complaints);
        g_autoptr(GError) error = NULL;

        if (!mg_complaints_is_empty(complaints))
            mg_complaints_set_error(complaints, &error);
        if (cases[i].complaint == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        if (strstr(error->message, cases[i].complaint) == NULL)
            g_error("%s\nis not in\n%s", cases[i].complaint, error->message);
    }
}

#define URL(name) "schema_url: {text: 'http://a.example/" name "'}"
#define BOT "abuse_bot-infection_0.1.0.json"

/* X-ARF 0.2 */
static void test_mistakes_by_schema(void)
{
    static const struct {
        const gchar *text;
        const gchar *complaint;
    } cases[] = {
        {"kinds: [{fields: {a: {text: b}}}]\n",
         "x:1:18: a kind of report needs 'schema_url', a 'text' that ends with the name of a file"},
        {"kinds: [{fields: {schema_url: {text: 'http://a.example/'}}}]\n",
         "x:1:18: a kind of report needs 'schema_url', a 'text' that ends with the name of a file"},
        {"kinds: [{fields: {schema_url: {field: a}}}]\n",
         "x:1:18: a kind of report needs 'schema_url'"},
        {"kinds: [{fields: {" URL("own_1.json") "}}]\n", NULL},
        {"kinds: [{fields: {" URL(BOT) "}}]\n", "x:1:18: " BOT " needs the field 'bot_name'"},
        {"kinds: [{fields: {" URL(BOT) ", tlp: {text: RED}}}]\n",
         "'RED' is nothing that 'tlp' of " BOT " may be"},
        {"kinds: [{fields: {" URL("own.json") ", user_agent: {text: a}}}]\n",
         "the program itself fills the report's field 'user_agent'"},
        {"kinds: [{fields: {" URL("own.json") ", a.b: {text: a}}}]\n",
         "'a.b' is no name of a report's field"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("x");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_YAML, cases[i].text, strlen(cases[i].text), complaints);
        g_autoptr(MgMapping) mapping =
            mg_mapping_reader_read(tree->root, MG_MAPPING_TARGET_X_ARF_0_2, complaints);
        g_autoptr(GError) error = NULL;

        if (!mg_complaints_is_empty(complaints))
            mg_complaints_set_error(complaints, &error);
        if (cases[i].complaint == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_nonnull(error);
        if (strstr(error->message, cases[i].complaint) == NULL)
            g_error("%s\nis not in\n%s", cases[i].complaint, error->message);
    }
    g_assert_cmpuint(mg_mapping_reader_shipped(MG_MAPPING_TARGET_X_ARF_0_2)->reports->len, ==, 2);
}

/* What golden_xarf.py does with it is its real test. */
static void test_shipped(void)
{
    const MgMapping *mapping = mg_mapping_reader_shipped(MG_MAPPING_TARGET_XARF_4);
    g_auto(GStrv) fields = mg_mapping_fields(mapping);

    g_assert_true(mapping == mg_mapping_reader_shipped(MG_MAPPING_TARGET_XARF_4));
    g_assert_cmpuint(mapping->reports->len, >, 17);
    g_assert_true(g_strv_contains((const gchar *const *)fields, "classification.type"));
    g_assert_true(g_strv_contains((const gchar *const *)fields, "extra.smtp_from"));
}

static void test_as_and_map_are_handed_down(void)
{
    static const gchar text[] =
        CORE KIND("    threat_type: {first: [a, {text: b, as: int}], as: lower, map: {a: b}}\n");
    g_autoptr(MgComplaints) complaints = mg_complaints_new("x");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_YAML, text, strlen(text), complaints);
    g_autoptr(MgMapping) mapping =
        mg_mapping_reader_read(tree->root, MG_MAPPING_TARGET_XARF_4, complaints);
    const MgMappingReport *report = g_ptr_array_index(mapping->reports, 0);
    const MgMappingEntry *entry = g_ptr_array_index(report->entries, 2);
    const MgMappingSource *first = g_ptr_array_index(entry->source->items, 0);
    const MgMappingSource *second = g_ptr_array_index(entry->source->items, 1);

    g_assert_true(mg_complaints_is_empty(complaints));
    g_assert_cmpint(first->kind, ==, MG_MAPPING_FIELD);
    g_assert_cmpint(first->as, ==, MG_MAPPING_AS_LOWER);
    g_assert_cmpstr(first->map[1], ==, "b");
    g_assert_cmpint(second->kind, ==, MG_MAPPING_TEXT);
    g_assert_cmpint(second->as, ==, MG_MAPPING_AS_INT);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mapping-reader/mistakes", test_mistakes);
    g_test_add_func("/mapping-reader/mistakes-by-schema", test_mistakes_by_schema);
    g_test_add_func("/mapping-reader/shipped", test_shipped);
    g_test_add_func("/mapping-reader/as-and-map-are-handed-down", test_as_and_map_are_handed_down);
    return g_test_run();
}
