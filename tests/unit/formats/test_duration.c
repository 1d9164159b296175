/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/duration.h"

#include "base/clock.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define NONE G_MININT64 /* no duration, no time */

static const struct {
    const gchar *text;
    gint64 duration;
} durations[] = {
    {"30s", 30 * SECOND},
    {"15m", 900 * SECOND},
    {"2h", 7200 * SECOND},
    {"1d", 86400 * SECOND},
    {"0s", 0},
    {"007m", 420 * SECOND},
    {"36525d", SECOND * 36525 * 86400},
    {"36526d", NONE},
    {"99999999999999999999s", NONE},
    {"", NONE},
    {"15", NONE},
    {"m", NONE},
    {"15 m", NONE},
    {"15M", NONE},
    {"15min", NONE},
    {"1h30m", NONE},
    {"-1s", NONE},
    {"+1s", NONE},
    {"1.5h", NONE},
    {" 1s", NONE},
    {"1w", NONE},
};

static void test_parse(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(durations); i++) {
        gint64 duration = NONE;
        gboolean is_good = mg_duration_parse(durations[i].text, &duration);
        g_test_message("'%s'", durations[i].text);
        g_assert_cmpint(is_good, ==, durations[i].duration != NONE);
        g_assert_cmpint(duration, ==, durations[i].duration);
    }
}

static const struct {
    gint64 duration;
    const gchar *text;
} formatted[] = {
    {86400 * SECOND, "1 day"},
    {2 * 86400 * SECOND, "2 days"},
    {7200 * SECOND, "2 hours"},
    {900 * SECOND, "15 minutes"},
    {90 * SECOND, "90 seconds"},
    {SECOND, "1 second"},
    {0, "0 seconds"},
    {-3600 * SECOND, "-1 hours"},
    {SECOND / 2, "0.500000 seconds"},
    {G_MAXINT64, "9223372036854.775391 seconds"},
};

static void test_format(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formatted); i++) {
        g_autofree gchar *text = mg_duration_format(formatted[i].duration);
        g_assert_cmpstr(text, ==, formatted[i].text);
    }
}

static const struct {
    const gchar *text;
    const gchar *utc; /* NULL: no time */
} times[] = {
    {"2026-11-20T03:00:00+00:00", "2026-11-20 03:00:00+00:00"},
    {"2026-11-20 03:00:00+00:00", "2026-11-20 03:00:00+00:00"},
    {"2026-11-20T03:00:00Z", "2026-11-20 03:00:00+00:00"},
    {"2026-11-20T03:00:00", "2026-11-20 03:00:00+00:00"},
    {"2026-11-20T03:00:00+01:30", "2026-11-20 01:30:00+00:00"},
    {"2026-11-20T03:00:00-0500", "2026-11-20 08:00:00+00:00"},
    {"2026-11-20T03:00:00+02", "2026-11-20 01:00:00+00:00"},
    {"2026-11-20T03:00:00.5+00:00", "2026-11-20 03:00:00.500000+00:00"},
    {"2026-11-20T03:00:00.123456+00:00", "2026-11-20 03:00:00.123456+00:00"},
    {"2026-11-20T03:00:00.123456789Z", "2026-11-20 03:00:00.123456+00:00"},
    {"2026-11-20T03:30Z", "2026-11-20 03:30:00+00:00"},
    {"2026-11-20 03:30", "2026-11-20 03:30:00+00:00"},
    {"2026-11-20T03:30+01:00", "2026-11-20 02:30:00+00:00"},
    {"2026-11-20", "2026-11-20 00:00:00+00:00"},
    {"2024-02-29T23:59:59Z", "2024-02-29 23:59:59+00:00"},
    {"1969-12-31T23:59:59.75Z", "1969-12-31 23:59:59.750000+00:00"},
    {"1000-01-01T00:00:00Z", "1000-01-01 00:00:00+00:00"},
    {"9999-12-31T23:59:59Z", "9999-12-31 23:59:59+00:00"},
    {"", NULL},
    {"None", NULL},
    {"2026-11-20T", NULL},
    {"2026-11-20Z", NULL},
    {"2026-11-20T03", NULL},
    {"2026-11-2", NULL},
    {"2025-02-29T00:00:00Z", NULL},
    {"0000-01-01T00:00:00Z", NULL},
    {"2026-13-01T00:00:00Z", NULL},
    {"2026-11-20T24:00:00Z", NULL},
    {"2026-11-20T03:60:00Z", NULL},
    {"2026-11-20T03:00:60Z", NULL},
    {"2026-11-20T03:00:00.Z", NULL},
    {"2026-11-20T03:00:00+24:00", NULL},
    {"2026-11-20T03:00:00+1", NULL},
    {"2026-11-20T03:00:00+00:0", NULL},
    {"2026-11-20T03:00:00+00:00 ", NULL},
    {" 2026-11-20T03:00:00+00:00", NULL},
    {"2026-11-20T03:00:00ZZ", NULL},
    {"2026-11-20t03:00:00Z", NULL},
};

static void test_parse_time(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autofree gchar *utc = NULL;
        gint64 time;
        g_test_message("'%s'", times[i].text);
        if (mg_duration_parse_time(times[i].text, &time))
            utc = mg_clock_format_utc(time);
        g_assert_cmpstr(utc, ==, times[i].utc);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/duration/parse", test_parse);
    g_test_add_func("/duration/format", test_format);
    g_test_add_func("/duration/parse-time", test_parse_time);
    return g_test_run();
}
