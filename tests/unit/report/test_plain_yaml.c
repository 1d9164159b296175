/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/plain_yaml.h"

static void test_text(void)
{
    static const struct {
        const gchar *text;
        const gchar *written;
    } cases[] = {
        {"abuse", "abuse"},
        {"bot-infection", "bot-infection"},
        {"a b c", "a b c"},
        {"cert@cert.example", "cert@cert.example"},
        {"", "\"\""},
        {"yes", "\"yes\""},
        {"No", "\"No\""},
        {"ON", "\"ON\""},
        {"n", "\"n\""},
        {"null", "\"null\""},
        {"nullable", "nullable"},
        {"~", "\"~\""},
        {"0x1f", "\"0x1f\""},
        {"1e3", "\"1e3\""},
        {"12:30:45", "\"12:30:45\""},
        {"2026-11-20", "\"2026-11-20\""},
        {"-", "\"-\""},
        {".inf", "\".inf\""},
        {"=", "\"=\""},
        {"<<", "\"<<\""},
        {"a: b", "\"a: b\""},
        {"a #b", "\"a #b\""},
        {"a ", "\"a \""},
        {"a  b", "\"a  b\""},
        {"say \"hi\" \\", "\"say \\\"hi\\\" \\\\\""},
        {"a\nb\tc\rd", "\"a\\nb\\x09c\\x0dd\""},
        {"a\xc2\x85"
         "b\xe2\x80\xa8"
         "c\xe2\x80\xa9",
         "\"a\\x85b\\u2028c\\u2029\""},
        {"\xef\xbb\xbf", "\"\\ufeff\""},
        {"\xef\xbf\xbf", "\"\\uffff\""},
        {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
        {"\xf3\xb0\x80\x80", "\"\\U000f0000\""},
        {"Gr\xc3\xbc\xc3\x9f"
         "e",
         "\"Gr\xc3\xbc\xc3\x9f"
         "e\""},
        {"a\xff", "\"a\xef\xbf\xbd\""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autofree gchar *expected = g_strdup_printf("Key-Name: %s\n", cases[i].written);

        mg_plain_yaml_text(out, "Key-Name", cases[i].text);
        g_assert_cmpstr(out->str, ==, expected);
    }
}

static void test_integer(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_plain_yaml_integer(out, "Source-Port", "443");
    mg_plain_yaml_integer(out, "no", "12345678901234567890");
    mg_plain_yaml_integer(out, "a", "0443");
    mg_plain_yaml_integer(out, "b", "000");
    mg_plain_yaml_integer(out, "c", "-017");
    g_assert_cmpstr(out->str, ==,
                    "Source-Port: 443\n\"no\": 12345678901234567890\na: 443\nb: 0\nc: -17\n");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain-yaml/text", test_text);
    g_test_add_func("/plain-yaml/integer", test_integer);
    return g_test_run();
}
