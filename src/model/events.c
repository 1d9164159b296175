/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/events.h"

MgEvents *mg_events_new(gsize n_events, gsize n_columns)
{
    MgEvents *events = g_new0(MgEvents, 1);

    events->n_events = n_events;
    events->n_columns = n_columns;
    events->columns = g_new0(MgEventColumn, n_columns);
    g_assert(n_columns == 0 || n_events <= G_MAXSIZE / sizeof(gchar *) / n_columns);
    events->cells = g_new0(const gchar *, n_events *n_columns);
    events->ids = g_new0(gint64, n_events);
    return events;
}

void mg_events_free(MgEvents *events)
{
    if (events == NULL)
        return;
    for (gsize i = 0; i < events->n_columns; i++)
        g_free(events->columns[i].name);
    g_free(events->columns);
    g_free(events->cells);
    g_free(events->ids);
    if (events->memory_free != NULL)
        events->memory_free(events->memory);
    g_free(events);
}

const gchar *mg_events_cell(const MgEvents *events, gsize row, gsize column)
{
    g_assert(row < events->n_events && column < events->n_columns);
    return events->cells[row * events->n_columns + column];
}

gssize mg_events_find_column(const MgEvents *events, const gchar *name)
{
    for (gsize i = 0; i < events->n_columns; i++)
        if (g_str_equal(events->columns[i].name, name))
            return (gssize)i;
    return -1;
}
