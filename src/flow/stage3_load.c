/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage3_load.h"

#include "base/error.h"
#include "database/event_query.h"

MgEvents *mg_stage3_load(MgConnection *connection, const MgGroup *group, const gchar *const *fields,
                         gboolean *vanished, GError **error)
{
    g_autoptr(MgEvents) events =
        mg_event_query_load(connection, group->event_ids, group->n_events, fields, error);

    *vanished = events != NULL && events->n_events == 0;
    if (!*vanished)
        return g_steal_pointer(&events);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "none of the %" G_GSIZE_FORMAT " events is in table events any more",
                group->n_events);
    return NULL;
}
