/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"

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

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/format", test_format);
    return g_test_run();
}
