/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/error.h"

static const struct {
    const gchar *text;
    const gchar *quoted;
} cases[] = {
    {"plain", "'plain'"},
    {"", "''"},
    {"Grüße 🙂", "'Grüße 🙂'"},
    {"a\r\nb", "'a\\x0d\\x0ab'"},
    {"\xff\xfe", "'\\xff\\xfe'"},
    {"cut \xc3", "'cut \\xc3'"},
    {"\033[2J", "'\\x1b[2J'"},
    {"right\xe2\x80\xaeto left", "'right\\xe2\\x80\\xaeto left'"},
    {NULL, "none"},
};

static void test_quote(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *quoted = mg_error_quote(cases[i].text);
        g_assert_cmpstr(quoted, ==, cases[i].quoted);
    }
}

static void test_tame(void)
{
    g_autofree gchar *tame =
        mg_error_tame("Grüße\n\tnext \033[2J \r \xff \xc2\x9b \xe2\x80\xae cut \xc3");

    g_assert_cmpstr(tame, ==,
                    "Grüße\n\tnext \\x1b[2J \\x0d \\xff \\xc2\\x9b \\xe2\\x80\\xae cut \\xc3");
}

static void test_quote_bytes_with_nul(void)
{
    g_autofree gchar *quoted = mg_error_quote_bytes("a\0b", 3);
    g_autofree gchar *escaped = mg_error_escape_bytes("a\0'", 3);

    g_assert_cmpstr(quoted, ==, "'a\\x00b'");
    g_assert_cmpstr(escaped, ==, "a\\x00'");
}

static void test_quote_cuts_long_text(void)
{
    g_autofree gchar *text = g_strnfill(5000, 'x');
    g_autofree gchar *quoted = mg_error_quote(text);

    g_assert_cmpint(g_utf8_strlen(quoted, -1), ==, 203);
    g_assert_true(g_str_has_suffix(quoted, "x…'"));
}

static void test_may_pass(void)
{
    g_autoptr(GError) foreign = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");
    g_autoptr(GError) error = g_error_new(MG_ERROR, MG_ERROR_GROUP, "refused");
    g_autoptr(GError) copy = NULL;

    g_assert_false(mg_error_may_pass(foreign));
    g_assert_false(mg_error_may_pass(error));
    g_assert_false(mg_error_is_for_good(foreign));
    g_assert_false(mg_error_is_for_good(error));
    mg_error_set_may_pass(error);
    mg_error_set_for_good(error);
    g_assert_false(mg_error_is_brake(foreign));
    g_assert_false(mg_error_is_brake(error));
    mg_error_set_brake(error);
    g_prefix_error(&error, "the mail: ");
    copy = g_error_copy(error);
    g_assert_true(mg_error_may_pass(copy));
    g_assert_true(mg_error_is_for_good(copy));
    g_assert_true(mg_error_is_brake(copy));
    g_assert_false(mg_error_is_about_size(copy));
    mg_error_set_about_size(copy);
    g_assert_true(mg_error_is_about_size(copy));
    g_assert_false(mg_error_is_about_size(foreign));
    g_assert_cmpstr(copy->message, ==, "the mail: refused");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/quote", test_quote);
    g_test_add_func("/error/tame", test_tame);
    g_test_add_func("/error/quote-bytes-with-nul", test_quote_bytes_with_nul);
    g_test_add_func("/error/quote-cuts-long-text", test_quote_cuts_long_text);
    g_test_add_func("/error/may-pass", test_may_pass);
    return g_test_run();
}
