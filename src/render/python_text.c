/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_text.h"

#include "base/error.h"
#include "render/python_float.h"
#include "render/python_json.h"

#include <string.h>

static gboolean fail(GError **error, const gchar *what, const gchar *cell)
{
    g_autofree gchar *quoted = mg_error_quote(cell);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is no %s", quoted, what);
    return FALSE;
}

static const gchar *skip_digits(const gchar *at, const gchar *end)
{
    while (at < end && g_ascii_isdigit(*at))
        at++;
    return at;
}

static gboolean append_boolean(GString *out, const gchar *cell, GError **error)
{
    if (g_str_equal(cell, "t"))
        g_string_append(out, "True");
    else if (g_str_equal(cell, "f"))
        g_string_append(out, "False");
    else
        return fail(error, "boolean", cell);
    return TRUE;
}

static gboolean append_integer(GString *out, const gchar *cell, GError **error)
{
    const gchar *digits = cell + (*cell == '-');
    const gchar *end = cell + strlen(cell);

    if (digits == end || skip_digits(digits, end) != end)
        return fail(error, "integer", cell);
    g_string_append(out, cell);
    return TRUE;
}

static gboolean append_real(GString *out, const gchar *cell, GError **error)
{
    if (g_str_equal(cell, "NaN"))
        g_string_append(out, "nan");
    else if (g_str_equal(cell, "Infinity"))
        g_string_append(out, "inf");
    else if (g_str_equal(cell, "-Infinity"))
        g_string_append(out, "-inf");
    else if (!mg_python_float_append_decimal(out, cell, strlen(cell)))
        return fail(error, "real number", cell);
    return TRUE;
}

/* Finds the point in `[digits].[digits]`, `end` where there is none. */
static gboolean split_number(const gchar *digits, const gchar *end, const gchar **point)
{
    *point = skip_digits(digits, end);
    if (*point == digits)
        return FALSE;
    return *point == end ||
           (**point == '.' && *point + 1 < end && skip_digits(*point + 1, end) == end);
}

/* str() of a decimal.Decimal, which psycopg2 makes of numeric: with an exponent where more than
 * five zeros would follow the point. */
static gboolean append_numeric(GString *out, const gchar *cell, GError **error)
{
    const gchar *digits = cell + (*cell == '-');
    const gchar *end = cell + strlen(cell);
    const gchar *point;
    const gchar *first = digits; /* of the coefficient: its last digit even where that is 0 */

    if (g_str_equal(cell, "NaN") || g_str_equal(digits, "Infinity")) {
        g_string_append(out, cell);
        return TRUE;
    }
    if (!split_number(digits, end, &point))
        return fail(error, "number", cell);
    while (first < end - 1 && (*first == '0' || *first == '.'))
        first++;
    if (first - point <= 6) {
        g_string_append(out, cell);
        return TRUE;
    }
    g_string_append_len(out, cell, digits - cell);
    g_string_append_c(out, *first);
    if (first + 1 < end)
        g_string_append_printf(out, ".%s", first + 1);
    g_string_append_printf(out, "E-%d", (gint)(first - point));
    return TRUE;
}

/* Whether `text` begins as `pattern`, where 9 stands for any digit. */
static gboolean begins_like(const gchar *text, const gchar *pattern)
{
    for (; *pattern != '\0'; pattern++, text++)
        if (*pattern == '9' ? !g_ascii_isdigit(*text) : *text != *pattern)
            return FALSE;
    return TRUE;
}

#define SECONDS_LENGTH 19 /* of "2026-11-20 03:04:05" */
#define CLOCK_LENGTH 8    /* of "03:04:05" */
#define DATE_LENGTH 10

/* Cuts what follows the seconds: the fraction's digits, then the zone. FALSE where there is
 * more. */
static gboolean split_behind_seconds(const gchar *at, gint *n_fraction, const gchar **zone)
{
    const gchar *fraction = at + 1;

    if (*at == '.') {
        at = skip_digits(fraction, fraction + 6);
        if (at == fraction)
            return FALSE;
    }
    *n_fraction = (gint)MAX(at - fraction, 0);
    *zone = at;
    if (*at == '\0')
        return TRUE;
    if (!begins_like(at, "+99") && !begins_like(at, "-99"))
        return FALSE;
    for (at += 3; begins_like(at, ":99");)
        at += 3;
    return *at == '\0' && at - *zone <= 9;
}

/* FALSE where the cell is no timestamp, or none that Python's datetime can hold. */
static gboolean split_timestamp(const gchar *cell, gint *n_fraction, const gchar **zone)
{
    return begins_like(cell, "9999-99-99 99:99:99") && !g_str_has_prefix(cell, "0000") &&
           split_behind_seconds(cell + SECONDS_LENGTH, n_fraction, zone);
}

/* As Python prints it: a fraction of six digits or none, a zone with minutes. */
static void append_parts(GString *out, const gchar *cell, gsize length, gint n_fraction,
                         const gchar *zone)
{
    g_string_append_len(out, cell, (gssize)length);
    if (n_fraction > 0 && strspn(cell + length + 1, "0") < (gsize)n_fraction) {
        g_string_append_len(out, cell + length, 1 + n_fraction);
        g_string_append_len(out, "000000", 6 - n_fraction);
    }
    g_string_append(out, zone);
    if (strlen(zone) == 3)
        g_string_append(out, ":00");
}

/* What PostgreSQL prints and Python cannot hold: it stays as it is rather than keep a mail back. */
static gboolean is_beyond_python(const gchar *cell)
{
    return (begins_like(cell, "9999") && g_str_has_suffix(cell, " BC")) ||
           (begins_like(cell, "99999") && strchr(cell, ':') != NULL);
}

/* PostgreSQL's infinities are datetime.max and datetime.min to psycopg2, in UTC where the type has
 * a zone. */
static const gchar *replace_infinity(const gchar *cell, gboolean has_zone)
{
    if (g_str_equal(cell, "infinity"))
        return has_zone ? "9999-12-31 23:59:59.999999+00" : "9999-12-31 23:59:59.999999";
    if (g_str_equal(cell, "-infinity"))
        return has_zone ? "0001-01-01 00:00:00+00" : "0001-01-01 00:00:00";
    return cell;
}

/* str() of a date is what PostgreSQL prints. */
static void append_date(GString *out, const gchar *cell)
{
    const gchar *time = replace_infinity(cell, FALSE);

    g_string_append_len(out, time, time != cell ? DATE_LENGTH : (gssize)strlen(cell));
}

static gboolean append_timestamp(GString *out, const gchar *cell, GError **error)
{
    gint n_fraction;
    const gchar *zone;

    if (!split_timestamp(cell, &n_fraction, &zone)) {
        if (!is_beyond_python(cell))
            return fail(error, "timestamp", cell);
        g_string_append(out, cell);
        return TRUE;
    }
    append_parts(out, cell, SECONDS_LENGTH, n_fraction, zone);
    return TRUE;
}

/* 24:00:00, which Python cannot hold, stays as it is. */
static gboolean append_clock(GString *out, const gchar *cell, GError **error)
{
    gint n_fraction;
    const gchar *zone;

    if (!begins_like(cell, "99:99:99") ||
        !split_behind_seconds(cell + CLOCK_LENGTH, &n_fraction, &zone))
        return fail(error, "time", cell);
    append_parts(out, cell, CLOCK_LENGTH, n_fraction, zone);
    return TRUE;
}

gboolean mg_python_text_append_utc_seconds(GString *out, const gchar *cell, GError **error)
{
    gint n_fraction;
    const gchar *zone;

    cell = replace_infinity(cell, TRUE);
    if (!split_timestamp(cell, &n_fraction, &zone))
        return append_timestamp(out, cell, error);
    if (*zone != '\0' && !g_str_equal(zone, "+00"))
        return fail(error, "timestamp in UTC", cell);
    g_string_append_len(out, cell, SECONDS_LENGTH);
    return TRUE;
}

gboolean mg_python_text_append(GString *out, MgKind kind, const gchar *cell, GError **error)
{
    if (cell == NULL)
        return TRUE;
    switch (kind) {
    case MG_KIND_TEXT:
    case MG_KIND_INET:
        g_string_append(out, cell);
        return TRUE;
    case MG_KIND_BOOLEAN:
        return append_boolean(out, cell, error);
    case MG_KIND_INTEGER:
        return append_integer(out, cell, error);
    case MG_KIND_REAL:
        return append_real(out, cell, error);
    case MG_KIND_NUMERIC:
        return append_numeric(out, cell, error);
    case MG_KIND_TIMESTAMP:
        return append_timestamp(out, replace_infinity(cell, TRUE), error);
    case MG_KIND_LOCAL_TIME:
        return append_timestamp(out, replace_infinity(cell, FALSE), error);
    case MG_KIND_DATE:
        append_date(out, cell);
        return TRUE;
    case MG_KIND_CLOCK:
        return append_clock(out, cell, error);
    case MG_KIND_JSON:
        return mg_python_json_append(out, cell, error);
    }
    g_assert_not_reached();
}
