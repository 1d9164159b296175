/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_json.h"

#include "base/error.h"

#include <string.h>

static const struct {
    const gchar *name;
    const gchar *json;
    const gchar *text; /* NULL: an error */
} cases[] = {
    {"string", "\"as \\\"it\\\" is\"", "as \"it\" is"},
    {"escapes", "\"\\b\\f\\n\\r\\t\\/\\\\\\u00e9\\ud83d\\ude00\"", "\b\f\n\r\t/\\é😀"},
    {"lone-surrogate", "\"a\\ud800b\\udc00\"",
     "a\xef\xbf\xbd"
     "b\xef\xbf\xbd"},
    {"nul", "\"a\\u0000b\"",
     "a\xef\xbf\xbd"
     "b"},
    {"null", "null", ""},
    {"true", " true ", "True"},
    {"integer", "12345678901234567890", "12345678901234567890"},
    {"minus-zero", "-0", "0"},
    {"float", "1.0", "1.0"},
    {"minus-zero-float", "-0.0", "-0.0"},
    {"overflow", "1E400", "inf"},
    {"nan", "NaN", "nan"},
    {"list", "[1,\"a\",null,true,[],{}]", "[1, 'a', None, True, [], {}]"},
    {"object", "{\"b\" : 1 , \"a\":{\"c\":[2.50]}}", "{'b': 1, 'a': {'c': [2.5]}}"},
    {"quotes", "[\"it's\",\"\\\"\",\"'\\\"\"]", "[\"it's\", '\"', '\\'\"']"},
    {"nested-surrogate", "[\"\\ud800\",\"\\u0000\"]", "['\\ud800', '\\x00']"},
    {"repeated-keys", "{\"a\":1,\"b\":2,\"a\":[3],\"\\u0061\":{\"x\":4}}",
     "{'a': {'x': 4}, 'b': 2}"},
    {"repeated-key-of-container", "{\"a\":{\"b\":1},\"a\":0}", "{'a': 0}"},
    {"empty-key", "{\"\":0}", "{'': 0}"},
    {"space-only", " ", NULL},
    {"two-values", "1 2", NULL},
    {"open-list", "[1", NULL},
    {"open-object", "{\"a\":1", NULL},
    {"comma-behind", "[1,]", NULL},
    {"wrong-end", "[1}", NULL},
    {"no-colon", "{\"a\" 1}", NULL},
    {"no-key", "{1:1}", NULL},
    {"leading-zero", "01", NULL},
    {"no-digit", "1.e", NULL},
    {"word", "nulll", NULL},
    {"open-string", "\"a", NULL},
    {"line-break-in-string", "\"a\nb\"", NULL},
    {"escape", "\"\\x\"", NULL},
    {"short-escape", "\"\\u12\"", NULL},
    {"not-utf8", "\"\xff\"", NULL},
};

static void test_document(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gboolean done = mg_python_json_append(out, cases[i].json, &error);

    if (cases[i].text == NULL) {
        g_assert_false(done);
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(out->str, ==, cases[i].text);
}

static void test_error_names_place(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_python_json_append(out, "{\"a\": x\n}", &error));
    g_assert_cmpstr(error->message, ==, "no JSON: a value expected at byte 6: 'x\\x0a}'");
}

/* Far beyond what a recursive reader would survive. */
static void test_deep_nesting(void)
{
    const gsize depth = 1000000;
    g_autofree gchar *open = g_strnfill(depth, '[');
    g_autofree gchar *close = g_strnfill(depth, ']');
    g_autofree gchar *json = g_strconcat(open, close, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_python_json_append(out, json, &error));
    g_assert_cmpuint(out->len, ==, 2 * depth);
    g_assert_false(mg_python_json_append(out, open, &error));
}

/* Many keys, all the same and all different: neither may take long. */
static void test_many_keys(void)
{
    g_autoptr(GString) json = g_string_new("{");
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (gint i = 0; i < 100000; i++)
        g_string_append_printf(json, "\"a\":%d,\"%d\":0,", i, i);
    g_string_append(json, "\"z\":1}");
    g_assert_true(mg_python_json_append(out, json->str, &error));
    g_assert_true(g_str_has_prefix(out->str, "{'a': 99999, '0': 0, '1': 0"));
    g_assert_true(g_str_has_suffix(out->str, "'99999': 0, 'z': 1}"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/python-json/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_document);
    }
    g_test_add_func("/python-json/error-names-place", test_error_names_place);
    g_test_add_func("/python-json/deep-nesting", test_deep_nesting);
    g_test_add_func("/python-json/many-keys", test_many_keys);
    return g_test_run();
}
