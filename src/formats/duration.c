/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/duration.h"

#include <string.h>

#define LIMIT_SECONDS (G_GINT64_CONSTANT(36525) * 86400)

static const struct {
    gchar letter;
    gint64 seconds;
    const gchar *name;
} units[] = {
    {'d', 86400, "day"},
    {'h', 3600, "hour"},
    {'m', 60, "minute"},
    {'s', 1, "second"},
};

gboolean mg_duration_parse(const gchar *text, gint64 *duration_us)
{
    gint64 number = 0;
    const gchar *unit = text;

    for (; g_ascii_isdigit(*unit); unit++) {
        number = number * 10 + g_ascii_digit_value(*unit);
        if (number > LIMIT_SECONDS)
            return FALSE;
    }
    if (unit == text || unit[0] == '\0' || unit[1] != '\0')
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (*unit == units[i].letter && number <= LIMIT_SECONDS / units[i].seconds) {
            *duration_us = number * units[i].seconds * G_USEC_PER_SEC;
            return TRUE;
        }
    return FALSE;
}

gchar *mg_duration_format(gint64 duration_us)
{
    gint64 seconds = duration_us / G_USEC_PER_SEC;

    if (duration_us % G_USEC_PER_SEC != 0)
        return g_strdup_printf("%.6f seconds", (gdouble)duration_us / G_USEC_PER_SEC);
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
        gint64 number = seconds / units[i].seconds;
        if (seconds % units[i].seconds == 0 && number != 0)
            return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", number, units[i].name,
                                   number == 1 ? "" : "s");
    }
    return g_strdup("0 seconds");
}

/* Reads exactly `n_digits` digits with a value from `low` to `high`. */
static gboolean take_number(const gchar **text, guint n_digits, gint low, gint high, gint *number)
{
    *number = 0;
    for (guint i = 0; i < n_digits; i++, (*text)++) {
        if (!g_ascii_isdigit(**text))
            return FALSE;
        *number = *number * 10 + g_ascii_digit_value(**text);
    }
    return *number >= low && *number <= high;
}

static gboolean take_character(const gchar **text, const gchar *any_of)
{
    if (**text == '\0' || strchr(any_of, **text) == NULL)
        return FALSE;
    (*text)++;
    return TRUE;
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static gint64 days_of_date(gint year, gint month, gint day)
{
    GDate date;
    GDate epoch;

    g_date_clear(&date, 1);
    g_date_clear(&epoch, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    g_date_set_dmy(&epoch, 1, G_DATE_JANUARY, 1970);
    return (gint64)g_date_get_julian(&date) - (gint64)g_date_get_julian(&epoch);
}

static gboolean take_date(const gchar **text, gint64 *days)
{
    gint year;
    gint month;
    gint day;

    if (!take_number(text, 4, 1, 9999, &year) || !take_character(text, "-") ||
        !take_number(text, 2, 1, 12, &month) || !take_character(text, "-") ||
        !take_number(text, 2, 1, 31, &day))
        return FALSE;
    if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    *days = days_of_date(year, month, day);
    return TRUE;
}

static gboolean take_fraction(const gchar **text, gint64 *microseconds)
{
    gint64 unit = 100000;

    *microseconds = 0;
    if (!take_character(text, ".,"))
        return TRUE;
    if (!g_ascii_isdigit(**text))
        return FALSE;
    for (; g_ascii_isdigit(**text); (*text)++, unit /= 10)
        *microseconds += g_ascii_digit_value(**text) * unit;
    return TRUE;
}

static gboolean take_zone(const gchar **text, gint64 *seconds)
{
    gint64 sign = **text == '-' ? -1 : 1;
    gint hours;
    gint minutes = 0;

    *seconds = 0;
    if (**text == '\0' || take_character(text, "Z"))
        return TRUE;
    if (!take_character(text, "+-") || !take_number(text, 2, 0, 23, &hours))
        return FALSE;
    if (**text != '\0') {
        take_character(text, ":");
        if (!take_number(text, 2, 0, 59, &minutes))
            return FALSE;
    }
    *seconds = sign * (hours * 3600 + minutes * 60);
    return TRUE;
}

/* "03:04", "03:04:05" or "03:04:05.678": since midnight. */
static gboolean take_time(const gchar **text, gint64 *time_us)
{
    gint hour;
    gint minute;
    gint second = 0;
    gint64 microseconds = 0;

    if (!take_number(text, 2, 0, 23, &hour) || !take_character(text, ":") ||
        !take_number(text, 2, 0, 59, &minute))
        return FALSE;
    if (take_character(text, ":") &&
        (!take_number(text, 2, 0, 59, &second) || !take_fraction(text, &microseconds)))
        return FALSE;
    *time_us = (gint64)(hour * 3600 + minute * 60 + second) * G_USEC_PER_SEC + microseconds;
    return TRUE;
}

gboolean mg_duration_parse_time(const gchar *text, gint64 *time_us)
{
    gint64 days;
    gint64 since_midnight = 0;
    gint64 zone = 0;

    if (!take_date(&text, &days))
        return FALSE;
    if (*text != '\0' && (!take_character(&text, "T ") || !take_time(&text, &since_midnight) ||
                          !take_zone(&text, &zone) || *text != '\0'))
        return FALSE;
    *time_us = (days * 86400 - zone) * G_USEC_PER_SEC + since_midnight;
    return TRUE;
}
