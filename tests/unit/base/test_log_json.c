/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_json.h"

#define TIME_US G_GINT64_CONSTANT(1795161602000456) /* 2026-11-20 08:00:02.000456 UTC */

static void test_line(void)
{
    const MgLogField fields[] = {{"ticket", "20261120-10000001"}, {"queue_id", NULL}, {NULL}};
    g_autofree gchar *line =
        mg_log_json_format_line(MG_LOG_WARNING, "intelmqmail.cb", TIME_US, "two\nlines", fields);

    g_assert_cmpstr(line, ==,
                    "{\"time\":\"2026-11-20T09:00:02.000456+01:00\",\"level\":\"WARNING\","
                    "\"logger\":\"intelmqmail.cb\",\"message\":\"two\\nlines\","
                    "\"ticket\":\"20261120-10000001\",\"queue_id\":null}\n");
}

static void test_line_without_fields(void)
{
    g_autofree gchar *line =
        mg_log_json_format_line(MG_LOG_DEBUG, "x", TIME_US, "\"quoted\"", NULL);

    g_assert_true(g_str_has_suffix(line, ",\"message\":\"\\\"quoted\\\"\"}\n"));
}

int main(int argc, char *argv[])
{
    g_setenv("TZ", "Europe/Berlin", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log-json/line", test_line);
    g_test_add_func("/log-json/line-without-fields", test_line_without_fields);
    return g_test_run();
}
