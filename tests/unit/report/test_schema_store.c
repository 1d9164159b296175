/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/schema_store.h"

#include "base/error.h"

#include <glib/gstdio.h>

#include <string.h>

#define SHIPPED "http://a.example/abuse_bot-infection_0.1.0.json"

static gchar *make_directory(const gchar *name, const gchar *text)
{
    gchar *directory = g_dir_make_tmp("schemas-XXXXXX", NULL);
    g_autofree gchar *path = g_build_filename(directory, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return directory;
}

static void remove_directory(const gchar *directory, const gchar *name)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);

    g_unlink(path);
    g_rmdir(directory);
}

static void test_file_name(void)
{
    static const struct {
        const gchar *url;
        const gchar *name;
    } cases[] = {
        {"http://a.example/b/c_0.1.json", "c_0.1.json"},
        {"c.json", "c.json"},
        {"http://a.example/c.json?x=/d#/e", "c.json"},
        {"http://a.example/", NULL},
        {"http://a.example/..", NULL},
        {"http://a.example/.hidden", NULL},
        {"http://a.example/a\\b", NULL},
        {"http://a.example/a\nb", NULL},
        {"", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *name = mg_schema_store_file_name(cases[i].url);
        g_assert_cmpstr(name, ==, cases[i].name);
    }
}

static void test_own_before_shipped(void)
{
    g_autofree gchar *directory =
        make_directory("abuse_bot-infection_0.1.0.json",
                       "{\"properties\": {\"My-Name\": {\"type\": \"string\"}}}");
    g_autoptr(MgSchemaStore) store = mg_schema_store_new(directory);
    g_autoptr(MgSchemaStore) none = mg_schema_store_new("");
    const MgXArfSchema *schema = mg_schema_store_get(store, SHIPPED, NULL);
    g_autofree const gchar **required = mg_x_arf_required(schema);

    g_assert_cmpstr(required[0], ==, "my_name");
    g_assert_null(required[1]);
    g_assert_true(mg_schema_store_get(none, SHIPPED, NULL) ==
                  mg_x_arf_shipped_schema("abuse_bot-infection_0.1.0.json"));
    remove_directory(directory, "abuse_bot-infection_0.1.0.json");
    g_assert_true(mg_schema_store_get(store, SHIPPED, NULL) == schema); /* kept */
}

static void assert_failure(const gchar *directory, const gchar *url, const gchar *const *parts)
{
    g_autoptr(MgSchemaStore) store = mg_schema_store_new(directory);
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_schema_store_get(store, url, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    for (; *parts != NULL; parts++)
        if (strstr(error->message, *parts) == NULL)
            g_error("%s is not in %s", *parts, error->message);
}

static void test_failures(void)
{
    static const gchar *const texts[] = {"<html>404</html>", "[]", "{}", "", "{\"properties\": 1}"};
    const gchar *const no_name[] = {"'http://a.example/'", "does not end with the name of a file",
                                    NULL};
    const gchar *const no_directory[] = {"'http://a.example/own.json'", "'own.json'",
                                         "xarf_schemacache", NULL};
    const gchar *const absent[] = {"'http://a.example/own.json'", "'own.json'", "'/nonexistent'",
                                   NULL};

    assert_failure(NULL, "http://a.example/", no_name);
    assert_failure(NULL, "http://a.example/own.json", no_directory);
    assert_failure("/nonexistent", "http://a.example/own.json", absent);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree gchar *directory = make_directory("own.json", texts[i]);
        const gchar *const parts[] = {directory, "own.json", "'http://a.example/own.json'",
                                      "is no schema", NULL};

        assert_failure(directory, "http://a.example/own.json", parts);
        remove_directory(directory, "own.json");
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema-store/file-name", test_file_name);
    g_test_add_func("/schema-store/own-before-shipped", test_own_before_shipped);
    g_test_add_func("/schema-store/failures", test_failures);
    return g_test_run();
}
