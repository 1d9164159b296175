/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/plain_text.h"

#include "base/clock.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void test_clean(void)
{
    static const struct {
        const gchar *text;
        const gchar *expected;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"none", "none"},
        {"Müller", "Müller"},
        {"\033[2J\n", "\\x1b[2J\\x0a"},
        {"\xff", "\\xff"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *clean = mg_plain_text_clean(cases[i].text);
        g_assert_cmpstr(clean, ==, cases[i].expected);
    }
}

static void test_duration(void)
{
    static const struct {
        gint64 duration;
        const gchar *expected;
    } cases[] = {
        {-SECOND, "0 s"},
        {0, "0 s"},
        {SECOND - 1, "0 s"},
        {59 * SECOND, "59 s"},
        {MINUTE, "1 min"},
        {2 * MINUTE + 5 * SECOND, "2 min 5 s"},
        {HOUR - 1, "59 min 59 s"},
        {HOUR + 59 * SECOND, "1 h"},
        {2 * HOUR + 5 * MINUTE, "2 h 5 min"},
        {DAY, "1 day"},
        {DAY + 2 * HOUR, "1 day 2 h"},
        {400 * DAY + HOUR, "400 days 1 h"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *text = mg_plain_text_duration(cases[i].duration);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

/* TZ is Europe/Berlin here. */
static void test_time(void)
{
    g_autofree gchar *summer = mg_plain_text_time(1782864000 * SECOND + 999999);
    g_autofree gchar *winter = mg_plain_text_time(1795564800 * SECOND);
    g_autofree gchar *none = mg_plain_text_time(MG_CLOCK_NONE);

    g_assert_cmpstr(summer, ==, "2026-07-01 02:00:00");
    g_assert_cmpstr(winter, ==, "2026-11-25 01:00:00");
    g_assert_cmpstr(none, ==, "-");
}

static void test_count(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_plain_text_append_count(out, 0, "mail", "mails");
    g_string_append(out, ", ");
    mg_plain_text_append_count(out, 1, "mail", "mails");
    g_string_append(out, ", ");
    mg_plain_text_append_count(out, G_MAXUINT64, "mail", "mails");
    g_assert_cmpstr(out->str, ==, "0 mails, 1 mail, 18446744073709551615 mails");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plain_text/clean", test_clean);
    g_test_add_func("/plain_text/duration", test_duration);
    g_test_add_func("/plain_text/time", test_time);
    g_test_add_func("/plain_text/count", test_count);
    return g_test_run();
}
