/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/pg_time.h"

#include "base/clock.h"

#include <string.h>

#define OID_TIMESTAMPTZ 1184
#define OID_INTERVAL 1186

#define EPOCH_2000_US                                                                              \
    (G_GINT64_CONSTANT(946684800) * G_USEC_PER_SEC) /* PostgreSQL counts from here */
#define FIRST_US (G_GINT64_CONSTANT(-62135596800) * G_USEC_PER_SEC)    /* 0001-01-01 00:00:00 */
#define LAST_US (G_GINT64_CONSTANT(253402300800) * G_USEC_PER_SEC - 1) /* the end of 9999 */
#define DAY_US (G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC)

static gint64 read_int64(const gchar *bytes)
{
    guint64 raw = 0;

    memcpy(&raw, bytes, sizeof raw);
    return (gint64)GUINT64_FROM_BE(raw);
}

static gint32 read_int32(const gchar *bytes)
{
    guint32 raw = 0;

    memcpy(&raw, bytes, sizeof raw);
    return (gint32)GUINT32_FROM_BE(raw);
}

gboolean mg_pg_time_read_timestamp(const PGresult *result, gint row, gint field, gint64 *time_us)
{
    gint64 since_2000 = 0;

    if (PQftype(result, field) != OID_TIMESTAMPTZ)
        return FALSE;
    *time_us = MG_CLOCK_NONE;
    if (PQgetisnull(result, row, field))
        return TRUE;
    if (PQgetlength(result, row, field) != 8)
        return FALSE;
    since_2000 = read_int64(PQgetvalue(result, row, field));
    *time_us = CLAMP(since_2000, FIRST_US - EPOCH_2000_US, LAST_US - EPOCH_2000_US) + EPOCH_2000_US;
    return TRUE;
}

/* microseconds, days and months are kept apart and can have different signs. */
gboolean mg_pg_time_read_interval(const PGresult *result, gint row, gint field, gint64 *interval_us)
{
    const gchar *bytes = PQgetvalue(result, row, field);
    gint64 days = 0;
    gint32 months = 0;

    if (PQftype(result, field) != OID_INTERVAL)
        return FALSE;
    *interval_us = 0;
    if (PQgetisnull(result, row, field))
        return TRUE;
    if (PQgetlength(result, row, field) != 16)
        return FALSE;
    months = read_int32(bytes + 12);
    days = (gint64)read_int32(bytes + 8) + (gint64)(months / 12) * 365 + (gint64)(months % 12) * 30;
    if (__builtin_mul_overflow(days, DAY_US, interval_us) ||
        __builtin_add_overflow(*interval_us, read_int64(bytes), interval_us))
        *interval_us = days < 0 ? G_MININT64 + 1 : G_MAXINT64;
    return TRUE;
}
