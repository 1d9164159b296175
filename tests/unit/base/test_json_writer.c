/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/json_writer.h"

#include "base/clock.h"

static void test_members(void)
{
    gchar *texts[] = {(gchar *)"[", (gchar *)"{\"", NULL};
    gchar *none[] = {NULL};
    g_autoptr(GString) out = g_string_new("{");

    mg_json_writer_add_text(out, "text", "a\"[");
    mg_json_writer_add_text(out, "nothing", NULL);
    mg_json_writer_add_texts(out, "texts", texts);
    mg_json_writer_add_texts(out, "empty", none);
    mg_json_writer_add_texts(out, "missing", NULL);
    mg_json_writer_add_flag(out, "yes", TRUE);
    mg_json_writer_add_flag(out, "no", FALSE);
    mg_json_writer_add_number(out, "number", G_MININT64);
    mg_json_writer_add_time(out, "time", 0);
    mg_json_writer_add_time(out, "never", MG_CLOCK_NONE);
    mg_json_writer_member(out, "object");
    g_string_append(out, "{}}");
    g_assert_cmpstr(
        out->str, ==,
        "{\"text\":\"a\\\"[\",\"nothing\":null,\"texts\":[\"[\",\"{\\\"\"],\"empty\":[],"
        "\"missing\":[],\"yes\":true,\"no\":false,\"number\":-9223372036854775808,"
        "\"time\":\"1970-01-01 00:00:00+00:00\",\"never\":null,\"object\":{}}");
}

static void test_items_without_brackets(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_writer_begin(out);
    g_string_append(out, "{}");
    mg_json_writer_begin(out);
    g_string_append(out, "{}");
    g_assert_cmpstr(out->str, ==, "{},{}");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json_writer/members", test_members);
    g_test_add_func("/json_writer/items", test_items_without_brackets);
    return g_test_run();
}
