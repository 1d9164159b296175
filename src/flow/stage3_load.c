/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage3_load.h"

#include "base/error.h"
#include "database/event_query.h"

static MgEvents *load(MgWorker *worker, const gchar *const *fields, GError **error)
{
    const MgGroup *group = worker->host.group;
    g_autoptr(MgEvents) events =
        mg_event_query_load(worker->claim, group->event_ids, group->n_events, fields, error);

    if (events == NULL)
        return NULL;
    worker->events_vanished = events->n_events == 0;
    if (worker->events_vanished) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "none of the %" G_GSIZE_FORMAT " events is in table events any more",
                    group->n_events);
        return NULL;
    }
    return g_steal_pointer(&events);
}

MgEvents *mg_stage3_load(MgWorker *worker, const gchar *const *fields, gchar **ticket,
                         GError **error)
{
    g_autoptr(MgEvents) events = NULL;

    if (ticket != NULL)
        mg_worker_start_ticket(worker);
    events = load(worker, fields, error);
    if (events == NULL || ticket == NULL)
        return g_steal_pointer(&events);
    *ticket = mg_worker_new_ticket(worker, error);
    return *ticket != NULL ? g_steal_pointer(&events) : NULL;
}
