/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

#include "base/clock.h"

static void keep_line(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                      const MgLogField *fields, gpointer user_data)
{
    GString *kept = user_data;
    g_autofree gchar *line = mg_log_format_line(level, logger, time_us, message);

    g_string_append(kept, line);
    for (; fields != NULL && fields->key != NULL; fields++)
        g_string_append_printf(kept, "  %s=%s\n", fields->key, fields->value);
}

static void test_format_and_levels(void)
{
    g_autoptr(GString) kept = g_string_new(NULL);
    const MgLogField fields[] = {{"ticket", "20261120-10000001"}, {NULL}};

    mg_clock_set(
        G_GINT64_CONSTANT(1795161602123456)); /* 2026-11-20 08:00:02 UTC, TZ Europe/Berlin */
    mg_log_set_writer(keep_line, kept);
    mg_log_debug("dropped: the level is INFO");
    mg_log_error("message %d", 1);
    mg_log_set_level(MG_LOG_DEBUG);
    mg_log_debug("kept");
    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "with facts");
    mg_log_set_writer(NULL, NULL);
    mg_clock_set(MG_CLOCK_NONE);

    g_assert_cmpstr(kept->str, ==,
                    "2026-11-20 09:00:02,123 intelmqmail.cb ERROR - message 1\n"
                    "2026-11-20 09:00:02,123 intelmqmail.cb DEBUG - kept\n"
                    "2026-11-20 09:00:02,123 intelmqmail.cb INFO - with facts\n"
                    "  ticket=20261120-10000001\n");
}

static void test_level_names(void)
{
    MgLogLevel level = MG_LOG_INFO;

    g_assert_true(mg_log_level_from_name("debug", &level));
    g_assert_cmpint(level, ==, MG_LOG_DEBUG);
    g_assert_true(mg_log_level_from_name("WARN", &level));
    g_assert_cmpint(level, ==, MG_LOG_WARNING);
    g_assert_cmpstr(mg_log_level_name(MG_LOG_WARNING), ==, "WARNING");
    g_assert_false(mg_log_level_from_name("LOUD", &level));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/format-and-levels", test_format_and_levels);
    g_test_add_func("/log/level-names", test_level_names);
    return g_test_run();
}
