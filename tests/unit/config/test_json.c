/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/json.h"

#include "base/error.h"

#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const gchar *name;
    const gchar *text;
    gsize length;
    const gchar *printed;
} good_cases[] = {
    {"empty-object", TEXT("{}"), "{}"},
    {"empty-list", TEXT(" [ ]\r\n"), "[]"},
    {"scalars", TEXT("[null,true,false,\"\"]"), "[null, true, false, \"\"]"},
    {"numbers-keep-their-digits", TEXT("[-0,12345678901234567890123,1.50,1E5,1e+05,0.1e-9]"),
     "[-0, 12345678901234567890123, 1.50, 1E5, 1e+05, 0.1e-9]"},
    {"escapes", TEXT("\"\\/\\b\\f\\n\\r\\t\\\"\\\\\\u00e9\\ud83d\\ude00\""),
     "\"/\\u0008\\u000c\\u000a\\u000d\\u0009\\\"\\\\é😀\""},
    {"nul-in-string", TEXT("{\"a\\u0000b\": \"\\u0000\"}"), "{\"a\\u0000b\": \"\\u0000\"}"},
    {"nul-tells-keys-apart", TEXT("{\"a\": 1, \"a\\u0000\": 2}"), "{\"a\": 1, \"a\\u0000\": 2}"},
    {"other-line-ends", TEXT("[\"\xc2\x85\xe2\x80\xa8\x7f\"]"), "[\"\xc2\x85\xe2\x80\xa8\x7f\"]"},
    {"blanks-in-string", TEXT("\"  a \\n  b  \""), "\"  a \\u000a  b  \""},
    {"no-yaml-merge", TEXT("{\"<<\": {\"a\": 1}}"), "{\"<<\": {\"a\": 1}}"},
    {"byte-order-mark", TEXT("\xef\xbb\xbf[1]"), "[1]"},
    {"last-of-a-key-counts", TEXT("{\"a\": 1, \"b\": 2, \"a\": {\"c\": 3}}"),
     "{\"a\": {\"c\": 3}, \"b\": 2}"},
};

static void test_good(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good_cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgJson) value =
            mg_json_parse("f", good_cases[i].text, good_cases[i].length, &error);
        g_autofree gchar *printed = NULL;

        g_test_message("%s", good_cases[i].name);
        g_assert_no_error(error);
        printed = mg_json_to_text(value);
        g_assert_cmpstr(printed, ==, good_cases[i].printed);
    }
}

static const struct {
    const gchar *name;
    const gchar *text;
    gsize length;
    const gchar *place;
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
    {"not-utf-8", TEXT("{\n \"\xc3\xa4\xff\": 1}"), "f:2:4: byte 0xff is not UTF-8 text"},
    {"surrogate-in-utf-8", TEXT("[\"\xed\xa0\x80\"]"), "f:1:3: byte 0xed is not UTF-8 text"},
    {"nul", TEXT("{}\0"), "f:1:3: byte 0x00 is not UTF-8 text"},
    {"nul-in-quotes", TEXT("[\"\0\"]"), "f:1:3: byte 0x00 is not UTF-8 text"},
};

static void test_bad(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad_cases[i].name);
        g_assert_null(mg_json_parse("f", bad_cases[i].text, bad_cases[i].length, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_test_message("%s", error->message);
        g_assert_true(g_str_has_prefix(error->message, bad_cases[i].place));
        g_assert_null(strchr(error->message, '\n'));
    }
}

static void test_depth(void)
{
    g_autofree gchar *text = g_strnfill(100000, '[');
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_json_parse("f", text, strlen(text), &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
}

static void test_places(void)
{
    const gchar text[] = "{\"text\": \"x\",\n  \"number\" : 1.5, \"ä\": 2,\n"
                         " \"object\":\n  {\"in\": null}, \"list\": [\n true, []]}";
    static const struct {
        const gchar *key;
        MgJsonType type;
        const gchar *place;
    } cases[] = {
        {"text", MG_JSON_STRING, "f:1:10"}, {"number", MG_JSON_NUMBER, "f:2:14"},
        {"ä", MG_JSON_INTEGER, "f:2:24"},   {"object", MG_JSON_OBJECT, "f:3:2"},
        {"list", MG_JSON_LIST, "f:4:17"},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(MgJson) value = mg_json_parse("f", text, strlen(text), &error);
    g_autofree gchar *item_place = NULL;

    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgJson *member = mg_json_member(value, cases[i].key);
        g_autofree gchar *place = mg_json_place(member);

        g_assert_cmpint(mg_json_type(member), ==, cases[i].type);
        g_assert_cmpstr(place, ==, cases[i].place);
        g_assert_cmpstr(mg_json_key(value, (guint)i), ==, cases[i].key);
    }
    item_place = mg_json_place(mg_json_item(mg_json_member(value, "list"), 0));
    g_assert_cmpstr(item_place, ==, "f:5:2");
    g_assert_null(mg_json_member(value, "none"));
}

static const struct {
    const gchar *name;
    const gchar *below;
    const gchar *above;
    const gchar *merged;
} merge_cases[] = {
    {"members", "{\"a\": 1, \"b\": 2}", "{\"b\": 3, \"c\": 4}", "{\"a\": 1, \"b\": 3, \"c\": 4}"},
    {"objects", "{\"o\": {\"a\": 1, \"b\": 2}}", "{\"o\": {\"b\": 3}}",
     "{\"o\": {\"a\": 1, \"b\": 3}}"},
    {"one-level-only", "{\"o\": {\"p\": {\"a\": 1}}}", "{\"o\": {\"p\": {\"b\": 2}}}",
     "{\"o\": {\"p\": {\"b\": 2}}}"},
    {"object-over-scalar", "{\"o\": 1}", "{\"o\": {}}", "{\"o\": {}}"},
    {"null-over-object", "{\"o\": {\"a\": 1}}", "{\"o\": null}", "{\"o\": null}"},
    {"list-over-list", "{\"o\": [1]}", "{\"o\": [2]}", "{\"o\": [2]}"},
};

static void test_merge(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(merge_cases); i++) {
        const gchar *below_text = merge_cases[i].below;
        const gchar *above_text = merge_cases[i].above;
        g_autoptr(MgJson) below = mg_json_parse("s", below_text, strlen(below_text), NULL);
        g_autoptr(MgJson) above = mg_json_parse("u", above_text, strlen(above_text), NULL);
        g_autoptr(MgJson) merged = mg_json_merge(below, above);
        g_autofree gchar *printed = mg_json_to_text(merged);

        g_test_message("%s", merge_cases[i].name);
        g_assert_cmpstr(printed, ==, merge_cases[i].merged);
    }
}

static void test_merge_keeps_places(void)
{
    g_autoptr(MgJson) below = mg_json_parse("s", TEXT("{\"o\": {\"a\": 1, \"b\": 2}}"), NULL);
    g_autoptr(MgJson) above = mg_json_parse("u", TEXT("{\"o\": {\"b\": 3}}"), NULL);
    g_autoptr(MgJson) merged = mg_json_merge(below, above);
    g_autofree gchar *a = mg_json_place(mg_json_member(mg_json_member(merged, "o"), "a"));
    g_autofree gchar *b = mg_json_place(mg_json_member(mg_json_member(merged, "o"), "b"));

    g_assert_cmpstr(a, ==, "s:1:13");
    g_assert_cmpstr(b, ==, "u:1:13");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/good", test_good);
    g_test_add_func("/json/bad", test_bad);
    g_test_add_func("/json/depth", test_depth);
    g_test_add_func("/json/places", test_places);
    g_test_add_func("/json/merge", test_merge);
    g_test_add_func("/json/merge-keeps-places", test_merge_keeps_places);
    return g_test_run();
}
