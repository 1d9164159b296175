/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_float.h"

#include <math.h>

/* The decimal digits d.ddd × 10^exponent, without zeros at either end but for zero itself. */
typedef struct {
    gchar digits[24];
    gint n_digits;
    gint exponent;
    gboolean negative;
} Decimal;

#define EXACT_DIGITS                                                                               \
    15 /* DBL_DIG: a decimal of so many digits survives the way through a double                   \
        */
#define EXACT_EXPONENT 290  /* well inside the range of normal doubles */
#define EXPONENT_LIMIT 9999 /* where counting stops: far beyond any double */

static void append_zeros(GString *out, gint count)
{
    while (count-- > 0)
        g_string_append_c(out, '0');
}

/* float.__repr__: positional while -4 <= exponent < 16, always with a point or an exponent. */
static void append_float(GString *out, const Decimal *decimal)
{
    gint before_point = decimal->exponent + 1;

    if (decimal->negative)
        g_string_append_c(out, '-');
    if (decimal->exponent < -4 || decimal->exponent >= 16) {
        g_string_append_c(out, decimal->digits[0]);
        if (decimal->n_digits > 1) {
            g_string_append_c(out, '.');
            g_string_append_len(out, decimal->digits + 1, decimal->n_digits - 1);
        }
        g_string_append_printf(out, "e%+03d", decimal->exponent);
    } else if (before_point <= 0) {
        g_string_append(out, "0.");
        append_zeros(out, -before_point);
        g_string_append_len(out, decimal->digits, decimal->n_digits);
    } else if (decimal->n_digits <= before_point) {
        g_string_append_len(out, decimal->digits, decimal->n_digits);
        append_zeros(out, before_point - decimal->n_digits);
        g_string_append(out, ".0");
    } else {
        g_string_append_len(out, decimal->digits, before_point);
        g_string_append_c(out, '.');
        g_string_append_len(out, decimal->digits + before_point, decimal->n_digits - before_point);
    }
}

/* The digits of `value` rounded to `precision` of them. */
static void decimal_round(Decimal *decimal, gdouble value, gint precision)
{
    gchar buffer[48];
    const gchar *at = buffer;

    g_snprintf(buffer, sizeof buffer, "%.*e", precision - 1, fabs(value));
    decimal->n_digits = 0;
    decimal->negative = signbit(value) != 0;
    for (; *at != 'e'; at++) /* skips the point, whatever the locale makes of it */
        if (g_ascii_isdigit(*at))
            decimal->digits[decimal->n_digits++] = *at;
    decimal->exponent = (gint)g_ascii_strtoll(at + 1, NULL, 10);
    while (decimal->n_digits > 1 && decimal->digits[decimal->n_digits - 1] == '0')
        decimal->n_digits--;
}

static gdouble decimal_value(const Decimal *decimal)
{
    gchar buffer[48];

    g_snprintf(buffer, sizeof buffer, "%s%.*se%d", decimal->negative ? "-" : "", decimal->n_digits,
               decimal->digits, decimal->exponent - decimal->n_digits + 1);
    return g_ascii_strtod(buffer, NULL);
}

/* At a power of two the doubles below lie twice as close as those above, so the nearest decimal may
 * belong to the neighbour below while the next one up is still this double. */
static gboolean decimal_step_up(Decimal *decimal, gint precision)
{
    gint i = precision - 1;

    for (; decimal->n_digits < precision; decimal->n_digits++)
        decimal->digits[decimal->n_digits] = '0';
    while (i >= 0 && decimal->digits[i] == '9')
        decimal->digits[i--] = '0';
    if (i < 0)
        return FALSE;
    decimal->digits[i]++;
    return TRUE;
}

void mg_python_float_append(GString *out, gdouble value)
{
    Decimal decimal;
    gint exponent;

    if (isnan(value) || isinf(value)) {
        g_string_append(out, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    /* A normal double needs no look at fewer than 15 digits: zeros at the end are dropped. */
    for (gint precision = fpclassify(value) == FP_SUBNORMAL ? 1 : EXACT_DIGITS; precision <= 17;
         precision++) {
        decimal_round(&decimal, value, precision);
        if (decimal_value(&decimal) == value)
            break;
        if (frexp(fabs(value), &exponent) == 0.5 && decimal_step_up(&decimal, precision) &&
            decimal_value(&decimal) == value)
            break;
    }
    append_float(out, &decimal);
}

static const gchar *skip_digits(const gchar *at, const gchar *end)
{
    while (at < end && g_ascii_isdigit(*at))
        at++;
    return at;
}

/* Checks digits[.digits][e[+-]digits] and finds the exponent, `end` where there is none. */
static gboolean scan_number(const gchar *text, const gchar *end, const gchar **exponent)
{
    const gchar *at = skip_digits(text, end);
    const gchar *first = at;

    if (at == text)
        return FALSE;
    if (at < end && *at == '.') {
        first = at + 1;
        at = skip_digits(first, end);
        if (at == first)
            return FALSE;
    }
    *exponent = at;
    if (at < end && (*at == 'e' || *at == 'E')) {
        first = at + 1;
        first += first < end && (*first == '+' || *first == '-');
        at = skip_digits(first, end);
        if (at == first)
            return FALSE;
    }
    return at == end;
}

/* Reads the digits of a mantissa. FALSE where there are more than a double keeps. */
static gboolean decimal_read_digits(Decimal *decimal, const gchar *text, const gchar *end)
{
    gboolean after_point = FALSE;
    gint zeros = 0; /* seen since the last other digit: they count only if one follows */

    decimal->n_digits = 0;
    decimal->exponent = -1;
    for (; text < end; text++) {
        if (*text == '.') {
            after_point = TRUE;
        } else if (*text == '0' && decimal->n_digits == 0) {
            decimal->exponent -= after_point;
        } else {
            decimal->exponent += !after_point;
            if (*text == '0') {
                zeros++;
                continue;
            }
            if (decimal->n_digits + zeros >= EXACT_DIGITS)
                return FALSE;
            for (; zeros > 0; zeros--)
                decimal->digits[decimal->n_digits++] = '0';
            decimal->digits[decimal->n_digits++] = *text;
        }
    }
    return TRUE;
}

/* A decimal of up to 15 digits inside the range of normal doubles is its own shortest form: no two
 * such decimals share a double. FALSE where the number needs real arithmetic. */
static gboolean decimal_read(Decimal *decimal, const gchar *text, const gchar *exponent,
                             const gchar *end)
{
    gint64 scale = exponent < end ? g_ascii_strtoll(exponent + 1, NULL, 10) : 0;

    if (exponent - text > EXACT_EXPONENT || !decimal_read_digits(decimal, text, exponent))
        return FALSE;
    if (decimal->n_digits == 0) {
        decimal->digits[decimal->n_digits++] = '0';
        decimal->exponent = 0;
        return TRUE;
    }
    if (scale > EXACT_EXPONENT || scale < -EXACT_EXPONENT)
        return FALSE;
    decimal->exponent += (gint)scale;
    return ABS(decimal->exponent) <= EXACT_EXPONENT;
}

gboolean mg_python_float_append_decimal(GString *out, const gchar *text, gsize length)
{
    const gchar *end = text + length;
    const gchar *number = text + (length > 0 && *text == '-');
    const gchar *exponent;
    Decimal decimal;

    if (!scan_number(number, end, &exponent))
        return FALSE;
    decimal.negative = number > text;
    if (decimal_read(&decimal, number, exponent, end))
        append_float(out, &decimal);
    else
        mg_python_float_append(out, g_ascii_strtod(text, NULL));
    return TRUE;
}
