/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/group_row.h"

#include "database/pg_array.h"
#include "database/pg_time.h"

enum {
    RECIPIENT_ADDRESS,
    TEMPLATE_NAME,
    NOTIFICATION_FORMAT,
    EVENT_DATA_FORMAT,
    AGGREGATE,
    DIRECTIVE_IDS,
    EVENT_IDS,
    INSERTED_AT,
    NOTIFICATION_INTERVAL,
    N_FIELDS,
};
G_STATIC_ASSERT(N_FIELDS == MG_GROUP_ROW_FIELDS);

static gint64 *read_ids(const PGresult *result, gint row, gint field, gsize *n_ids)
{
    return mg_pg_array_read_ids(PQgetvalue(result, row, field),
                                (gsize)PQgetlength(result, row, field), n_ids);
}

/* Both lists are in one order. The join with a partitioned events could give a directive twice: ids
 * are not unique there. */
static gboolean read_directives(const PGresult *result, gint row, gint first, MgGroup *group)
{
    gsize n_directives = 0;
    gsize n_events = 0;
    g_autofree gint64 *directives = read_ids(result, row, first + DIRECTIVE_IDS, &n_directives);
    g_autofree gint64 *events = read_ids(result, row, first + EVENT_IDS, &n_events);

    if (directives == NULL || events == NULL || n_directives != n_events)
        return FALSE;
    mg_group_set_directives(group, directives, events, n_directives);
    return TRUE;
}

static gchar *read_text(const PGresult *result, gint row, gint field)
{
    return g_strdup(PQgetvalue(result, row, field));
}

MgGroup *mg_group_row_read(const PGresult *result, gint row, gint first)
{
    g_autoptr(MgGroup) group = mg_group_new();
    gint aggregate = first + AGGREGATE;

    group->recipient_address = read_text(result, row, first + RECIPIENT_ADDRESS);
    group->template_name = read_text(result, row, first + TEMPLATE_NAME);
    group->notification_format = read_text(result, row, first + NOTIFICATION_FORMAT);
    group->event_data_format = read_text(result, row, first + EVENT_DATA_FORMAT);
    if (!read_directives(result, row, first, group) ||
        !mg_pg_array_read_pairs(PQgetvalue(result, row, aggregate),
                                (gsize)PQgetlength(result, row, aggregate), group->aggregate) ||
        !mg_pg_time_read_timestamp(result, row, first + INSERTED_AT, &group->inserted_at) ||
        !mg_pg_time_read_interval(result, row, first + NOTIFICATION_INTERVAL,
                                  &group->notification_interval))
        return NULL;
    return g_steal_pointer(&group);
}
