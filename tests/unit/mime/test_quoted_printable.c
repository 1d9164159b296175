/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/quoted_printable.h"

#include <string.h>

#define X75 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X73 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
    const gchar *name;
    MgLines lines;
    const gchar *text;
    const gchar *encoded;
} cases[] = {
    {"empty", MG_LINES_TEXT, "", ""},
    {"plain", MG_LINES_TEXT, "a b\tc\n", "a b\tc\r\n"},
    {"no-final-break", MG_LINES_TEXT, "a", "a"},
    {"equals", MG_LINES_TEXT, "a=b", "a=3Db"},
    {"utf-8", MG_LINES_TEXT, "é😀", "=C3=A9=F0=9F=98=80"},
    {"crlf-in-text", MG_LINES_TEXT, "a\r\nb\n", "a\r\nb\r\n"},
    {"lone-cr", MG_LINES_TEXT, "a\rb\r\r\nc\r", "a=0Db=0D\r\nc=0D"},
    {"lone-lf-in-crlf", MG_LINES_CRLF, "a\nb\r\nc\r\n\n", "a=0Ab\r\nc\r\n=0A"},
    {"controls", MG_LINES_TEXT, "\x01\x7f", "=01=7F"},
    {"space-at-end", MG_LINES_TEXT, "a \nb\t\n  \nc ", "a=20\r\nb=09\r\n =20\r\nc=20"},
    {"space-at-end-crlf", MG_LINES_CRLF, "a \r\nb \n", "a=20\r\nb =0A"},
    {"from", MG_LINES_TEXT, "From a\nFrom\n From b\n", "=46rom a\r\nFrom\r\n From b\r\n"},
    {"dots", MG_LINES_TEXT, ".\n..\n.a\na.\n", "=2E\r\n=2E.\r\n=2Ea\r\na.\r\n"},
    {"75", MG_LINES_TEXT, X75 "\n", X75 "\r\n"},
    {"76", MG_LINES_TEXT, X75 "y\n", X75 "=\r\ny\r\n"},
    {"code-at-limit", MG_LINES_TEXT, X73 "=", X73 "=\r\n=3D"},
    {"character-not-parted", MG_LINES_TEXT, X73 "é", X73 "=\r\n=C3=A9"},
    {"from-after-soft-break", MG_LINES_TEXT, X75 "From x", X75 "=\r\n=46rom x"},
    {"dot-after-soft-break", MG_LINES_TEXT, X75 ".", X75 "=\r\n=2E"},
    {"space-after-soft-break", MG_LINES_TEXT, X75 " \n", X75 "=\r\n=20\r\n"},
};

static void test_encode(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new("before");

    mg_quoted_printable_append(out, cases[i].text, strlen(cases[i].text), cases[i].lines);
    g_assert_cmpstr(out->str + strlen("before"), ==, cases[i].encoded);
}

static void test_nul_and_broken_utf8(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_quoted_printable_append(out, "a\0b\xf0\x9f", 5, MG_LINES_CRLF);
    g_assert_cmpstr(out->str, ==, "a=00b=F0=9F");
}

static void test_long_line(void)
{
    g_autofree gchar *text = g_strnfill(2000, 'x');
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;

    mg_quoted_printable_append(out, text, 2000, MG_LINES_TEXT);
    lines = g_strsplit(out->str, "\r\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 27);
    for (gsize i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint(strlen(lines[i]), <=, 76);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/quoted-printable/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_encode);
    }
    g_test_add_func("/quoted-printable/nul-and-broken-utf8", test_nul_and_broken_utf8);
    g_test_add_func("/quoted-printable/long-line", test_long_line);
    return g_test_run();
}
