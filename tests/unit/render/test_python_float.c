/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_float.h"

#include <math.h>
#include <string.h>

static void test_double(void)
{
    const struct {
        gdouble value;
        const gchar *text;
    } cases[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {50, "50.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {123456789012345680, "1.2345678901234568e+17"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {-1e100, "-1e+100"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0x1p-1017, "7.120236347223045e-307"}, /* the nearest of 16 digits is the neighbour's */
        {9007199254740993, "9007199254740992.0"},
        {NAN, "nan"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        mg_python_float_append(out, cases[i].value);
        g_assert_cmpstr(out->str, ==, cases[i].text);
    }
}

static void test_decimal(void)
{
    static const gchar *const cases[][2] = {
        {"50", "50.0"},
        {"-12.50e3", "-12500.0"},
        {"000.000", "0.0"},
        {"-0", "-0.0"},
        {"100e-2", "1.0"},
        {"0.00012", "0.00012"},
        {"0.000012", "1.2e-05"},
        {"1e16", "1e+16"},
        {"1E400", "inf"},
        {"1e-400", "0.0"},
        {"1e99999999999999999999", "inf"},
        {"0e99999999999999999999", "0.0"},
        {"123456789012345678", "1.2345678901234568e+17"},
        {"0.3000000000000000444", "0.30000000000000004"},
        {"4.9e-324", "5e-324"},
        {"", NULL},
        {"-", NULL},
        {"1.", NULL},
        {".5", NULL},
        {"1e", NULL},
        {"1e+", NULL},
        {"+1", NULL},
        {"1 ", NULL},
        {"nan", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        gboolean done = mg_python_float_append_decimal(out, cases[i][0], strlen(cases[i][0]));

        g_assert_cmpint(done, ==, cases[i][1] != NULL);
        g_assert_cmpstr(out->str, ==, done ? cases[i][1] : "");
    }
}

static void test_decimal_stops_at_length(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_true(mg_python_float_append_decimal(out, "1.25, 7", 4));
    g_assert_true(mg_python_float_append_decimal(out, "0.1000000000000000001]", 21));
    g_assert_cmpstr(out->str, ==, "1.250.1");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/python-float/double", test_double);
    g_test_add_func("/python-float/decimal", test_decimal);
    g_test_add_func("/python-float/decimal-stops-at-length", test_decimal_stops_at_length);
    return g_test_run();
}
