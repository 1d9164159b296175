/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/dialect.h"

#include "base/error.h"
#include "document/tree.h"

#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static void print(GString *out, const MgNode *node)
{
    g_autofree gchar *quoted = NULL;

    if (node->values == NULL) {
        quoted = mg_error_quote_bytes(node->text, node->length);
        g_string_append(out, mg_node_is_string(node) ? quoted : node->text);
        return;
    }
    g_string_append_c(out, node->kind == MG_NODE_LIST ? '[' : '{');
    for (guint i = 0; i < mg_node_count(node); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        if (node->kind == MG_NODE_MAP) {
            print(out, mg_node_key(node, i));
            g_string_append(out, ": ");
        }
        print(out, mg_node_value(node, i));
    }
    g_string_append_c(out, node->kind == MG_NODE_LIST ? ']' : '}');
}

static const struct {
    const gchar *name;
    const gchar *text;
    gsize length;
    const gchar *printed;
} good_cases[] = {
    {"empty-object", TEXT("{}"), "{}"},
    {"empty-list", TEXT(" [ ]\r\n"), "[]"},
    {"a-scalar", TEXT("\t1"), "1"},
    {"scalars", TEXT("[null,true,false,\"\"]"), "[null, true, false, '']"},
    {"numbers-keep-their-digits", TEXT("[-0,12345678901234567890123,1.50,1E5,1e+05,0.1e-9]"),
     "[-0, 12345678901234567890123, 1.50, 1E5, 1e+05, 0.1e-9]"},
    {"escapes", TEXT("\"\\/\\b\\f\\n\\r\\t\\\"\\\\\\u00e9\\ud83d\\ude00\""),
     "'/\\x08\\x0c\\x0a\\x0d\\x09\"\\é😀'"},
    {"nul-in-string", TEXT("{\"a\\u0000b\": \"\\u0000\"}"), "{'a\\x00b': '\\x00'}"},
    {"nul-tells-keys-apart", TEXT("{\"a\": 1, \"a\\u0000\": 2}"), "{'a': 1, 'a\\x00': 2}"},
    {"other-line-ends", TEXT("[\"\xc2\x85\xe2\x80\xa8\x7f\"]"),
     "['\\xc2\\x85\\xe2\\x80\\xa8\\x7f']"},
    {"blanks-in-string", TEXT("\"  a \\n  b  \""), "'  a \\x0a  b  '"},
    {"no-yaml-merge", TEXT("{\"<<\": {\"a\": 1}}"), "{'<<': {'a': 1}}"},
    {"no-yaml-words", TEXT("[\"yes\", \"~\", \"null\"]"), "['yes', '~', 'null']"},
    {"byte-order-mark", TEXT("\xef\xbb\xbf[1]"), "[1]"},
    {"last-of-a-key-counts", TEXT("{\"a\": 1, \"b\": 2, \"a\": {\"c\": 3}}"),
     "{'a': {'c': 3}, 'b': 2}"},
};

static void test_good_json(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good_cases); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
        g_autoptr(MgTree) tree =
            mg_tree_read(MG_DIALECT_JSON, good_cases[i].text, good_cases[i].length, complaints);
        g_autoptr(GString) printed = g_string_new(NULL);

        g_test_message("%s", good_cases[i].name);
        g_assert_true(mg_complaints_is_empty(complaints));
        print(printed, tree->root);
        g_assert_cmpstr(printed->str, ==, good_cases[i].printed);
    }
}

/* (transfer full) */
static gchar *complaint_about(const gchar *text, gsize length)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, length, complaints);
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_complaints_is_empty(complaints));
    g_assert_null(tree->root);
    mg_complaints_set_error(complaints, &error);
    return g_strdup(error->message);
}

static const struct {
    const gchar *name;
    const gchar *text;
    gsize length;
    const gchar *complaint; /* begins so */
} bad_cases[] = {
    {"empty", TEXT(""), "f:1:1: "},
    {"trailing-comma", TEXT("{\"a\": 1,\n}"), "f:1:8: "},
    {"single-quotes", TEXT("{'a': 1}"), "f:1:2: "},
    {"bare-key", TEXT("{a: 1}"), "f:1:2: "},
    {"bare-text", TEXT("{\n \"a\": tru}"), "f:2:7: "},
    {"yaml-boolean", TEXT("[yes]"), "f:1:2: "},
    {"leading-zero", TEXT("[01]"), "f:1:2: "},
    {"plus", TEXT("[+1]"), "f:1:2: "},
    {"hexadecimal", TEXT("[0x1f]"), "f:1:2: "},
    {"no-digits-after-point", TEXT("[1.]"), "f:1:2: "},
    {"not-a-number", TEXT("[NaN]"), "f:1:2: "},
    {"comment", TEXT("{} # why"), "f:1:4: "},
    {"comment-line", TEXT("// why\n{}"), "f:1:1: "},
    {"yaml", TEXT("a: 1\n"), "f:1:1: "},
    {"yaml-document", TEXT("--- {}"), "f:1:1: "},
    {"yaml-tag", TEXT("[!!str 1]"), "f:1:2: "},
    {"yaml-anchor", TEXT("[&a 1, *a]"), "f:1:2: "},
    {"line-break-in-string", TEXT("[\"a\nb\"]"), "f:1:3: "},
    {"tab-in-string", TEXT("[\"a\tb\"]"), "f:1:4: "},
    {"unknown-escape", TEXT("[\"\\x41\"]"), "f:1:3: "},
    {"half-a-surrogate", TEXT("[\"\\ud800\"]"), "f:1:3: "},
    {"open-string", TEXT("[\"a"), "f:1:3: "},
    {"open-object", TEXT("{\"a\": 1"), "f:"},
    {"missing-comma", TEXT("[\"a\" \"b\"]"), "f:1:"},
    {"two-documents", TEXT("{}{}"), "f:"},
    {"two-documents-in-lines", TEXT("{}\n{}\n"), "f:"},
    {"not-utf-8", TEXT("{\n \"\xc3\xa4\xff\": 1}"), "f:2:4: the byte 0xff here is not UTF-8"},
    {"surrogate-in-utf-8", TEXT("[\"\xed\xa0\x80\"]"), "f:1:3: the byte 0xed here is not UTF-8"},
    {"nul", TEXT("{}\0"), "f:1:3: the control character 0x00 cannot stand in JSON"},
    {"nul-in-quotes", TEXT("[\"\0\"]"), "f:1:3: the control character 0x00 cannot stand in JSON"},
    {"number-as-key", TEXT("{1: 2}"), "f:1:2: "},
    {"null-as-key", TEXT("{null: 2}"), "f:1:2: "},
    {"key-in-list", TEXT("[\"a\": 1]"), "f:1:5: "},
    {"complex-key", TEXT("{? \"a\": 1}"), "f:1:2: "},
    {"no-value", TEXT("{\"a\"}"), "f:1:3: not valid JSON: a value is missing"},
    {"control-character", TEXT("[1,\x01 2]"), "f:1:4: the control character 0x01 cannot"},
    {"form-feed", TEXT("[1]\f"), "f:1:4: the control character 0x0c cannot"},
    {"delete-character", TEXT("{}\x7f"), "f:1:3: not valid JSON: neither a text"},
    {"no-break-space", TEXT("[1]\xc2\xa0"), "f:1:4: not valid JSON: neither a text"},
    {"escapes-of-yaml", TEXT("[\"\\_\"]"), "f:1:3: "},
    {"escaped-line-break", TEXT("[\"a\\\nb\"]"), "f:1:3: "},
    {"no-comma-before-key", TEXT("{\"a\": 1 \"b\": 2}"), "f:1:7: "},
    {"mismatched-brackets", TEXT("[1}"), "f:1:3: "},
};

static void test_bad_json(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree gchar *complaint = complaint_about(bad_cases[i].text, bad_cases[i].length);

        g_test_message("%s: %s", bad_cases[i].name, complaint);
        g_assert_true(g_str_has_prefix(complaint, bad_cases[i].complaint));
        g_assert_null(strchr(complaint, '\n'));
    }
}

/* As deep as it may be, one deeper, and as deep as only an attacker writes it. */
static void test_depth_of_json(void)
{
    static const struct {
        gsize depth;
        gboolean good;
    } depths[] = {{64, TRUE}, {65, FALSE}, {50000, FALSE}};

    for (gsize i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
        g_autofree gchar *opening = g_strnfill(depths[i].depth, '[');
        g_autofree gchar *closing = g_strnfill(depths[i].depth, ']');
        g_autofree gchar *text = g_strconcat(opening, closing, NULL);
        g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, strlen(text), complaints);

        g_assert_true(mg_complaints_is_empty(complaints) == depths[i].good);
        g_assert_true((tree->root != NULL) == depths[i].good);
    }
}

static void test_places_in_json(void)
{
    const gchar text[] = "{\"text\": \"x\",\n  \"number\" : 1.5, \"ä\": 2,\n"
                         " \"object\":\n  {\"in\": null}, \"list\": [\n true, []]}";
    static const struct {
        const gchar *key;
        const gchar *type;
        const gchar *place;
    } cases[] = {
        {"text", "a string", "f:1:10"}, {"number", "a number", "f:2:14"},
        {"ä", "an integer", "f:2:24"},  {"object", "an object", "f:3:2"},
        {"list", "a list", "f:4:17"},
    };
    g_autoptr(MgComplaints) complaints = mg_complaints_new("f");
    g_autoptr(MgTree) tree = mg_tree_read(MG_DIALECT_JSON, text, strlen(text), complaints);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgNode *value = mg_node_lookup(tree->root, cases[i].key);
        g_autofree gchar *place = mg_node_place(value);

        g_assert_cmpstr(mg_node_type_name(value), ==, cases[i].type);
        g_assert_cmpstr(place, ==, cases[i].place);
    }
}

static void test_words(void)
{
    static const struct {
        MgDialect dialect;
        const gchar *library;
        const gchar *explained;
    } cases[] = {
        {MG_DIALECT_YAML, NULL, "this cannot be read as YAML"},
        {MG_DIALECT_JSON, NULL, "this cannot be read as JSON"},
        {MG_DIALECT_YAML, "something else", "something else"},
        {MG_DIALECT_JSON, "something else", "not valid JSON: something else"},
        {MG_DIALECT_YAML, "did not find expected key",
         "did not find expected key; is an indentation wrong?"},
        {MG_DIALECT_JSON, "invalid comment", "not valid JSON: JSON has no comments"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *explained = mg_dialect_explain(cases[i].dialect, cases[i].library);
        g_assert_cmpstr(explained, ==, cases[i].explained);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dialect/good-json", test_good_json);
    g_test_add_func("/dialect/bad-json", test_bad_json);
    g_test_add_func("/dialect/depth-of-json", test_depth_of_json);
    g_test_add_func("/dialect/places-in-json", test_places_in_json);
    g_test_add_func("/dialect/words", test_words);
    return g_test_run();
}
