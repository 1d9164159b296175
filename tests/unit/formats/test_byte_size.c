/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/byte_size.h"

static const struct {
    const gchar *text;
    gsize bytes;
} sizes[] = {
    {"0", 0},          {"9437184", 9437184},     {"2048KiB", 2097152},
    {"9MiB", 9437184}, {"4GiB", (gsize)4 << 30}, {"10kB", 10000},
    {"9MB", 9000000},  {"1GB", 1000000000},
};

static void test_parse(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        gsize bytes = 1;

        g_test_message("'%s'", sizes[i].text);
        g_assert_true(mg_byte_size_parse(sizes[i].text, &bytes));
        g_assert_cmpuint(bytes, ==, sizes[i].bytes);
    }
}

static void test_mistakes(void)
{
    static const gchar *const texts[] = {"",
                                         "MiB",
                                         "9 MiB",
                                         "9mib",
                                         "9M",
                                         "-1",
                                         "+1",
                                         "1.5MiB",
                                         "5GiB",
                                         "5000MiB",
                                         "99999999999999999999999",
                                         " 1",
                                         "1 "};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        gsize bytes = 7;

        g_test_message("'%s'", texts[i]);
        g_assert_false(mg_byte_size_parse(texts[i], &bytes));
        g_assert_cmpuint(bytes, ==, 7);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/byte-size/parse", test_parse);
    g_test_add_func("/byte-size/mistakes", test_mistakes);
    return g_test_run();
}
