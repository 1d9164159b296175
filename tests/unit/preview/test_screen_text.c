/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/screen_text.h"

static void test_tame(void)
{
    static const gchar *const cases[][2] = {
        {"plain", "plain"},
        {"Grüße", "Grüße"},
        {"\x1b[2J", "\\x1b[2J"},
        {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
        {"\xc2\x9b", "\\x9b"}, /* CSI in one character */
        {"a\xe2\x80\xae"
         "b",
         "a\\u202eb"},                    /* right-to-left override */
        {"\xe2\x81\xa6x", "\\u2066x"},    /* isolate */
        {"a\xe2\x80\x8b", "a\\u200b"},    /* no width */
        {"\xe2\x80\x8d", "\\u200d"},      /* joins */
        {"\xc2\xad", "\\xad"},            /* soft hyphen */
        {"\xe2\x81\xa0", "\\u2060"},      /* keeps words together */
        {"\xe3\x85\xa4", "\\u3164"},      /* a letter without a picture */
        {"\xf3\xa0\x81\xa1", "\\ue0061"}, /* tag */
        {"\xf3\xa0\x84\x80", "\\ue0100"}, /* selects a variant, unseen */
        {"\xee\x80\x80", "\\ue000"},      /* private use */
        {"\xff", "\xef\xbf\xbd"},         /* no UTF-8 */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *tame = mg_screen_text_tame(cases[i][0]);
        g_assert_cmpstr(tame, ==, cases[i][1]);
    }
}

static void test_lines(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_screen_text_append(out, "a\nb\r", TRUE);
    g_assert_cmpstr(out->str, ==, "a\nb\\x0d");
}

static void test_cells(void)
{
    static const struct {
        const gchar *text;
        gsize width;
        const gchar *cell;
    } cases[] = {
        {"ab", 4, "ab  "},    {"abcd", 4, "abcd"},
        {"abcde", 4, "abc…"}, {"", 2, "  "},
        {"漢字", 4, "漢字"},  {"漢字x", 4, "漢… "},
        {"x", 1, "x"},        {"e\xcc\x81t", 3, "e\xcc\x81t "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        mg_screen_text_append_cell(out, cases[i].text, cases[i].width);
        g_assert_cmpstr(out->str, ==, cases[i].cell);
    }
}

static void test_sizes(void)
{
    static const struct {
        gsize bytes;
        const gchar *text;
    } cases[] = {
        {0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"}, {999949, "999.9 kB"}, {999950, "1.0 MB"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *text = mg_screen_text_size(cases[i].bytes);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen_text/tame", test_tame);
    g_test_add_func("/screen_text/lines", test_lines);
    g_test_add_func("/screen_text/cells", test_cells);
    g_test_add_func("/screen_text/sizes", test_sizes);
    return g_test_run();
}
