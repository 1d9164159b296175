/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/byte_size.h"

#define LIMIT (G_GUINT64_CONSTANT(4) << 30)

static const struct {
    const gchar *name;
    guint64 bytes;
} units[] = {
    {"", 1},
    {"KiB", G_GUINT64_CONSTANT(1) << 10},
    {"MiB", G_GUINT64_CONSTANT(1) << 20},
    {"GiB", G_GUINT64_CONSTANT(1) << 30},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
};

gboolean mg_byte_size_parse(const gchar *text, gsize *bytes)
{
    guint64 number = 0;
    const gchar *unit = text;

    for (; g_ascii_isdigit(*unit); unit++) {
        number = number * 10 + (guint64)g_ascii_digit_value(*unit);
        if (number > LIMIT)
            return FALSE;
    }
    if (unit == text)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_str_equal(unit, units[i].name) && number <= LIMIT / units[i].bytes) {
            *bytes = (gsize)(number * units[i].bytes);
            return TRUE;
        }
    return FALSE;
}
