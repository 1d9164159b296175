/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

#include <string.h>

static const struct {
    gint64 time_us;
    const gchar *text;
} cases[] = {
    {0, "1970-01-01 00:00:00+00:00"},
    {-1, "1969-12-31 23:59:59.999999+00:00"},
    {G_GINT64_CONSTANT(1795145045123456), "2026-11-20 03:24:05.123456+00:00"},
    {G_GINT64_CONSTANT(1795145045000001), "2026-11-20 03:24:05.000001+00:00"},
    {G_GINT64_CONSTANT(1795145045000000), "2026-11-20 03:24:05+00:00"},
    {G_GINT64_CONSTANT(-62135596800000000), "0001-01-01 00:00:00+00:00"},
    {G_GINT64_CONSTANT(-30610224000000001), "0999-12-31 23:59:59.999999+00:00"},
    {G_GINT64_CONSTANT(253402300799999999), "9999-12-31 23:59:59.999999+00:00"},
};

static void test_format(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *text = mg_clock_format_utc(cases[i].time_us);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void test_before_1970(void)
{
    g_autofree gchar *local = mg_clock_format_local(-1);
    g_autofree gchar *far = mg_clock_format_local(G_MININT64 + 1);

    g_assert_cmpint(mg_clock_seconds(-1), ==, -1);
    g_assert_cmpint(mg_clock_fraction(-1), ==, 999999);
    g_assert_cmpint(mg_clock_seconds(-G_USEC_PER_SEC), ==, -1);
    g_assert_cmpint(mg_clock_fraction(-G_USEC_PER_SEC), ==, 0);
    g_assert_cmpint(mg_clock_seconds(G_MININT64), ==, G_MININT64 / G_USEC_PER_SEC - 1);
    g_assert_cmpint(mg_clock_seconds(1999999), ==, 1);
    g_assert_cmpint(mg_clock_fraction(1999999), ==, 999999);
    g_assert_true(strstr(local, ":59:59") != NULL);
    g_assert_cmpstr(far, !=, "");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/format", test_format);
    g_test_add_func("/clock/before_1970", test_before_1970);
    return g_test_run();
}
