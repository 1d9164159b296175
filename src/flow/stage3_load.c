/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage3_load.h"

#include "base/error.h"
#include "database/event_query.h"

gboolean mg_stage3_load(MgConnection *connection, const MgGroup *const *groups, gsize n_groups,
                        const gchar *const *fields, MgEvents **events, GError **error)
{
    return mg_event_query_load_lot(connection, groups, n_groups, fields, events, error);
}

gboolean mg_stage3_check(const MgEvents *events, const MgGroup *group, GError **error)
{
    if (events->n_events > 0)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "none of the %" G_GSIZE_FORMAT " events is in table events any more",
                group->n_events);
    return FALSE;
}
