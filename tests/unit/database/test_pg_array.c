/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/pg_array.h"

#include <string.h>

#define INT32(x) "\0\0\0" x
#define NONE "\xff\xff\xff\xff"
#define ID(x) INT32("\x08") "\0\0\0\0\0\0\0" x

static const struct {
    const gchar *name;
    const gchar *bytes;
    gsize length;
    const gchar *ids; /* NULL: no array of ids */
} id_cases[] = {
#define CASE(name, bytes, ids)                                                                     \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, ids                                                        \
    }
    CASE("empty", "\0\0\0\0\0\0\0\0\0\0\0\x14", "{}"),
    CASE("three", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\3\0\0\0\1" ID("\3") ID("\1") ID("\2"),
         "{3,1,2}"),
    CASE("twice", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\3\0\0\0\1" ID("\2") ID("\1") ID("\2"),
         "{2,1,2}"),
    CASE("NULL", "\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\2\0\0\0\1" ID("\2") NONE, "{2}"),
    CASE("negative", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1" ID("\2") INT32("\x08") NONE NONE,
         "{2,-1}"),
    CASE("nothing", "", NULL),
    CASE("other type", "\0\0\0\0\0\0\0\0\0\0\0\x19", NULL),
    CASE("cut in the header", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1", NULL),
    CASE("cut in an element", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1\0\0\0\x08\0\0", NULL),
    CASE("more than there is", "\0\0\0\1\0\0\0\0\0\0\0\x14\x7f\xff\xff\xff\0\0\0\1" ID("\1"), NULL),
    CASE("negative size", "\0\0\0\1\0\0\0\0\0\0\0\x14\xff\xff\xff\xff\0\0\0\1", NULL),
    CASE("short element", "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\1", NULL),
    CASE("seven dimensions", "\0\0\0\7\0\0\0\0\0\0\0\x14", NULL),
#undef CASE
};

static void test_read_ids(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(id_cases); i++) {
        gsize n_ids = 0;
        g_autofree gint64 *ids =
            mg_pg_array_read_ids(id_cases[i].bytes, id_cases[i].length, &n_ids);
        g_autofree gchar *found = ids != NULL ? mg_pg_array_format_ids(ids, n_ids) : NULL;
        g_test_message("%s", id_cases[i].name);
        g_assert_cmpstr(found, ==, id_cases[i].ids);
    }
}

static const struct {
    const gchar *name;
    const gchar *bytes;
    gsize length;
    const gchar *pairs; /* NULL: no array of texts */
} pair_cases[] = {
#define CASE(name, bytes, pairs)                                                                   \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, pairs                                                      \
    }
#define TWO_BY_TWO "\0\0\0\2\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\2\0\0\0\1"
    CASE("empty", "\0\0\0\0\0\0\0\0\0\0\0\x19", ""),
    CASE("two", TWO_BY_TWO INT32("\1") "a" INT32("\2") "x," INT32("\1") "b" INT32("\1") "}",
         "a=x,;b=};"),
    CASE("NULL text", TWO_BY_TWO INT32("\1") "a" NONE INT32("\1") "b" INT32("\0"), "a=NULL;b=;"),
    CASE("NULL name", TWO_BY_TWO NONE INT32("\1") "x" INT32("\1") "b" INT32("\1") "y", "b=y;"),
    CASE("name twice", TWO_BY_TWO INT32("\1") "a" INT32("\1") "x" INT32("\1") "a" INT32("\1") "y",
         "a=y;"),
    CASE("one dimension",
         "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1" INT32("\1") "a" INT32("\1") "b", ""),
    CASE("other type", "\0\0\0\0\0\0\0\0\0\0\0\x14", NULL),
    CASE("cut", TWO_BY_TWO INT32("\1") "a" INT32("\2") "x", NULL),
    CASE("length below -1", TWO_BY_TWO "\xff\xff\xff\xfe", NULL),
#undef CASE
};

static void test_read_pairs(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pair_cases); i++) {
        g_autoptr(MgPairs) pairs = mg_pairs_new();
        g_autoptr(GString) found = g_string_new(NULL);
        gboolean ok = mg_pg_array_read_pairs(pair_cases[i].bytes, pair_cases[i].length, pairs);
        g_test_message("%s", pair_cases[i].name);
        g_assert_cmpint(ok, ==, pair_cases[i].pairs != NULL);
        for (guint k = 0; k < mg_pairs_count(pairs); k++) {
            const gchar *text = mg_pairs_text(pairs, k);
            g_string_append_printf(found, "%s=%s;", mg_pairs_name(pairs, k),
                                   text != NULL ? text : "NULL");
        }
        if (ok)
            g_assert_cmpstr(found->str, ==, pair_cases[i].pairs);
    }
}

static void test_format_ids(void)
{
    static const gint64 ids[] = {0, 7, 10, -1, 1234567890123, G_MAXINT64, G_MININT64};
    g_autofree gchar *all = mg_pg_array_format_ids(ids, G_N_ELEMENTS(ids));
    g_autofree gchar *none = mg_pg_array_format_ids(ids, 0);

    g_assert_cmpstr(all, ==, "{0,7,10,-1,1234567890123,9223372036854775807,-9223372036854775808}");
    g_assert_cmpstr(none, ==, "{}");
}

static void test_texts(void)
{
    const gchar *texts[] = {"a", "", "b,\"c\"", "d\\e", "{}", "NULL", NULL};
    g_autofree gchar *literal = mg_pg_array_format_texts(texts);
    static const gchar bytes[] = "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1" INT32("\1") "a" NONE;
    g_auto(GStrv) read = mg_pg_array_read_texts(bytes, sizeof bytes - 1);

    g_assert_cmpstr(literal, ==, "{\"a\",\"\",\"b,\\\"c\\\"\",\"d\\\\e\",\"{}\",\"NULL\"}");
    g_assert_cmpuint(g_strv_length(read), ==, 1);
    g_assert_null(mg_pg_array_read_texts(bytes, sizeof bytes - 3));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pg_array/read_ids", test_read_ids);
    g_test_add_func("/pg_array/read_pairs", test_read_pairs);
    g_test_add_func("/pg_array/format_ids", test_format_ids);
    g_test_add_func("/pg_array/texts", test_texts);
    return g_test_run();
}
