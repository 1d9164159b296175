/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/table_text.h"

/* Blocks as one line: text as it is, a table as [cell|cell/cell|cell]. */
static gchar *describe(const GPtrArray *blocks)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < blocks->len; i++) {
        const MgTableTextBlock *block = g_ptr_array_index(blocks, i);

        if (block->rows == NULL) {
            g_string_append(out, block->text);
            continue;
        }
        g_string_append_c(out, '[');
        for (guint j = 0; j < block->rows->len; j++) {
            g_autofree gchar *row = g_strjoinv("|", g_ptr_array_index(block->rows, j));
            g_string_append_printf(out, "%s%s", j > 0 ? "/" : "", row);
        }
        g_string_append_c(out, ']');
    }
    return g_string_free(out, FALSE);
}

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *found; /* NULL: no table at all */
} Case;

static const Case split_cases[] = {
    {"empty", "", ""},
    {"prose", "a\nb\n", "a\nb\n"},
    {"table alone", "\"a\",\"b\"\n\"1\",\"2\"\n", "[a|b/1|2]"},
    {"within prose", "x\n\"a\",\"b\"\n\"1\",\"2\"\ny\n", "x\n[a|b/1|2]y\n"},
    {"two of them", "\"a\",\"b\"\n\"1\",\"2\"\n\n\"c\",\"d\"\n\"3\",\"4\"", "[a|b/1|2]\n[c|d/3|4]"},
    {"other length", "\"a\",\"b\"\n\"1\",\"2\"\n\"1\"\n", "[a|b/1|2]\"1\"\n"},
    {"quotes, commas, lines", "\"a\"\"\",\"b,c\"\n\"1\n2\",\"\"\n", "[a\"|b,c/1\n2|]"},
    {"titles only", "\"a\",\"b\"\n", "\"a\",\"b\"\n"},
    {"one column", "\"a\"\n\"b\"\n", "\"a\"\n\"b\"\n"},
    {"quoted prose", "\"Well\", he said\n\"so\"\n", "\"Well\", he said\n\"so\"\n"},
    {"open quote", "\"a\",\"b\n", "\"a\",\"b\n"},
    {"unquoted", "a,b\n1,2\n", "a,b\n1,2\n"},
};

static void test_split(gconstpointer data)
{
    const Case *expected = data;
    g_autoptr(GPtrArray) blocks = mg_table_text_split(expected->text);
    g_autofree gchar *found = describe(blocks);

    g_assert_cmpstr(found, ==, expected->found);
}

static const Case read_cases[] = {
    {"quoted", "\"a\",\"b\"\n\"1\",\"2\"\n", "[a|b/1|2]"},
    {"unquoted", "a,b\n1,\"2\"\n,\n", "[a|b/1|2/|]"},
    {"one column", "a\n1", "[a/1]"},
    {"titles only", "a,b\n", NULL},
    {"empty", "", NULL},
    {"unequal rows", "a,b\n1\n", NULL},
    {"quote within", "a,b\n1,2\"3\n", NULL},
    {"text after quote", "a,b\n1,\"2\"3\n", NULL},
};

static void test_read(gconstpointer data)
{
    const Case *expected = data;
    g_autoptr(GPtrArray) blocks = mg_table_text_read(expected->text);
    g_autofree gchar *found = blocks != NULL ? describe(blocks) : NULL;

    g_assert_cmpstr(found, ==, expected->found);
}

static void add_cases(const gchar *function, const Case *cases, gsize n_cases, GTestDataFunc test)
{
    for (gsize i = 0; i < n_cases; i++) {
        g_autofree gchar *path = g_strdup_printf("/table_text/%s/%s", function, cases[i].name);
        g_test_add_data_func(path, &cases[i], test);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add_cases("split", split_cases, G_N_ELEMENTS(split_cases), test_split);
    add_cases("read", read_cases, G_N_ELEMENTS(read_cases), test_read);
    return g_test_run();
}
