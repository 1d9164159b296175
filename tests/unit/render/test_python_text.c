/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_text.h"

#include "base/error.h"

static const struct {
    const gchar *name;
    MgKind kind;
    const gchar *cell;
    const gchar *text; /* NULL: an error */
} cases[] = {
    {"text", MG_KIND_TEXT, "as 'it' is\r\n\"", "as 'it' is\r\n\""},
    {"null", MG_KIND_INTEGER, NULL, ""},
    {"true", MG_KIND_BOOLEAN, "t", "True"},
    {"false", MG_KIND_BOOLEAN, "f", "False"},
    {"no-boolean", MG_KIND_BOOLEAN, "true", NULL},
    {"integer", MG_KIND_INTEGER, "-9223372036854775808", "-9223372036854775808"},
    {"huge-integer", MG_KIND_INTEGER, "123456789012345678901234567890",
     "123456789012345678901234567890"},
    {"no-integer", MG_KIND_INTEGER, "1x", NULL},
    {"no-digits", MG_KIND_INTEGER, "-", NULL},
    {"empty-integer", MG_KIND_INTEGER, "", NULL},
    {"real", MG_KIND_REAL, "48.2", "48.2"},
    {"real-whole", MG_KIND_REAL, "50", "50.0"},
    {"real-large", MG_KIND_REAL, "1e+20", "1e+20"},
    {"real-negative-zero", MG_KIND_REAL, "-0", "-0.0"},
    {"real-nan", MG_KIND_REAL, "NaN", "nan"},
    {"real-infinity", MG_KIND_REAL, "-Infinity", "-inf"},
    {"no-real", MG_KIND_REAL, "0x10", NULL},
    {"empty-real", MG_KIND_REAL, "", NULL},
    {"numeric", MG_KIND_NUMERIC, "10.500", "10.500"},
    {"numeric-small", MG_KIND_NUMERIC, "-0.000000150", "-1.50E-7"},
    {"numeric-zero", MG_KIND_NUMERIC, "0.0000000", "0E-7"},
    {"numeric-nan", MG_KIND_NUMERIC, "NaN", "NaN"},
    {"no-numeric", MG_KIND_NUMERIC, "1.", NULL},
    {"time", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05+00", "2026-11-20 03:04:05+00:00"},
    {"time-fraction", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05.5+00",
     "2026-11-20 03:04:05.500000+00:00"},
    {"time-zero-fraction", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05.000+00",
     "2026-11-20 03:04:05+00:00"},
    {"time-zone", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05.123456+05:30",
     "2026-11-20 03:04:05.123456+05:30"},
    {"time-without-zone", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05", "2026-11-20 03:04:05"},
    {"time-bc", MG_KIND_TIMESTAMP, "0044-03-15 12:00:00+00 BC", "0044-03-15 12:00:00+00 BC"},
    {"time-far", MG_KIND_TIMESTAMP, "10000-01-01 00:00:00+00", "10000-01-01 00:00:00+00"},
    {"time-infinity", MG_KIND_TIMESTAMP, "infinity", "9999-12-31 23:59:59.999999+00:00"},
    {"time-before-all", MG_KIND_TIMESTAMP, "-infinity", "0001-01-01 00:00:00+00:00"},
    {"local-time", MG_KIND_LOCAL_TIME, "2026-11-20 03:04:05.5", "2026-11-20 03:04:05.500000"},
    {"local-time-infinity", MG_KIND_LOCAL_TIME, "infinity", "9999-12-31 23:59:59.999999"},
    {"local-time-before-all", MG_KIND_LOCAL_TIME, "-infinity", "0001-01-01 00:00:00"},
    {"no-local-time", MG_KIND_LOCAL_TIME, "2026-11-20 3:04:05", NULL},
    {"date", MG_KIND_DATE, "2026-11-20", "2026-11-20"},
    {"date-bc", MG_KIND_DATE, "0044-03-15 BC", "0044-03-15 BC"},
    {"date-infinity", MG_KIND_DATE, "infinity", "9999-12-31"},
    {"clock", MG_KIND_CLOCK, "03:04:05", "03:04:05"},
    {"clock-fraction", MG_KIND_CLOCK, "03:04:05.25", "03:04:05.250000"},
    {"clock-midnight", MG_KIND_CLOCK, "24:00:00", "24:00:00"},
    {"clock-zone", MG_KIND_CLOCK, "03:04:05.5+02", "03:04:05.500000+02:00"},
    {"clock-half-zone", MG_KIND_CLOCK, "03:04:05-05:30", "03:04:05-05:30"},
    {"no-clock", MG_KIND_CLOCK, "03:04", NULL},
    {"clock-bare-point", MG_KIND_CLOCK, "03:04:05.", NULL},
    {"date-before-all", MG_KIND_DATE, "-infinity", "0001-01-01"},
    {"time-early", MG_KIND_TIMESTAMP, "0042-03-04 05:06:07+00", "0042-03-04 05:06:07+00:00"},
    {"no-time", MG_KIND_TIMESTAMP, "2026-11-20T03:04:05Z", NULL},
    {"time-long-fraction", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05.1234567+00", NULL},
    {"time-tail", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05+00 x", NULL},
    {"inet", MG_KIND_INET, "2001:db8::/32", "2001:db8::/32"},
    {"json", MG_KIND_JSON, "[1, null]", "[1, None]"},
    {"no-json", MG_KIND_JSON, "[1,", NULL},
};

static void test_cell(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GString) out = g_string_new("<");
    g_autoptr(GError) error = NULL;
    gboolean done = mg_python_text_append(out, cases[i].kind, cases[i].cell, &error);

    if (cases[i].text == NULL) {
        g_assert_false(done);
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        return;
    }
    g_assert_no_error(error);
    g_assert_true(done);
    g_assert_cmpstr(out->str + 1, ==, cases[i].text);
}

static void test_error_names_value(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_python_text_append(out, MG_KIND_BOOLEAN, "a\nb", &error));
    g_assert_cmpstr(error->message, ==, "'a\\x0ab' is no boolean");
}

static void test_utc_seconds(void)
{
    static const gchar *const pairs[][2] = {
        {"2026-11-20 03:04:05.123456+00", "2026-11-20 03:04:05"},
        {"2026-11-20 03:04:05+00", "2026-11-20 03:04:05"},
        {"2026-11-20 03:04:05", "2026-11-20 03:04:05"},
        {"infinity", "9999-12-31 23:59:59"},
        {"-infinity", "0001-01-01 00:00:00"},
        {"2026-11-20 03:04:05+01", NULL},
        {"now", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        gboolean done = mg_python_text_append_utc_seconds(out, pairs[i][0], &error);

        g_assert_cmpint(done, ==, pairs[i][1] != NULL);
        if (done)
            g_assert_cmpstr(out->str, ==, pairs[i][1]);
        else
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/python-text/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_cell);
    }
    g_test_add_func("/python-text/error-names-value", test_error_names_value);
    g_test_add_func("/python-text/utc-seconds", test_utc_seconds);
    return g_test_run();
}
