/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_writer.h"

#include "base/clock.h"

static void test_nesting(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_open(out, "empty", '[');
    mg_json_writer_close(out, ']');
    mg_json_writer_open(out, "list", '[');
    mg_json_writer_text(out, NULL, "[");
    mg_json_writer_text(out, NULL, "{");
    mg_json_writer_number(out, NULL, G_MININT64);
    mg_json_writer_ids(out, NULL, (const gint64[]){1, 2}, 2);
    mg_json_writer_ids(out, NULL, NULL, 0);
    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_close(out, '}');
    mg_json_writer_close(out, ']');
    mg_json_writer_flag(out, "yes", TRUE);
    mg_json_writer_flag(out, "no", FALSE);
    mg_json_writer_text(out, "nothing", NULL);
    mg_json_writer_text(out, "\"</", "foreign");
    mg_json_writer_close(out, '}');
    g_assert_cmpstr(
        out->str, ==,
        "{\"empty\": [], \"list\": [\"[\", \"{\", -9223372036854775808, [1, 2], [], {}],"
        " \"yes\": true, \"no\": false, \"nothing\": null,"
        " \"\\\"\\u003c/\": \"foreign\"}");
}

static void test_times(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '[');
    mg_json_writer_time(out, NULL, 1795564800 * (gint64)G_USEC_PER_SEC);
    mg_json_writer_time(out, NULL, 500000);
    mg_json_writer_time(out, NULL, MG_CLOCK_NONE);
    mg_json_writer_close(out, ']');
    g_assert_cmpstr(out->str, ==,
                    "[\"2026-11-25T00:00:00+00:00\", \"1970-01-01T00:00:00.500000+00:00\", null]");
}

static void test_raw(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '[');
    mg_json_writer_raw(out, NULL, "{\"a\": \"\x7f\xc2\x9b\u00a0ü</\"}");
    mg_json_writer_raw(out, NULL, NULL);
    mg_json_writer_raw(out, NULL, "\"\xff\"");
    mg_json_writer_close(out, ']');
    g_assert_cmpstr(out->str, ==, "[{\"a\": \"\\u007f\\u009b\u00a0ü\\u003c/\"}, null, null]");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json_writer/nesting", test_nesting);
    g_test_add_func("/json_writer/times", test_times);
    g_test_add_func("/json_writer/raw", test_raw);
    return g_test_run();
}
