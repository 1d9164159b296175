/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Directives whose event is gone. Where events is partitioned, no foreign key removes them with it;
 * they can never be mailed, and would be pending for ever.
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* Whether events that cannot be found may be taken for removed. Of the newest pending directives
 * more than half, and a hundred at least, have no event: then it is rather the view of the events
 * that is wrong (the wrong partition or database, a restored backup, a role that sees too little),
 * and nothing must be set aside. MG_ERROR_SETUP says so, and how to set them aside all the same;
 * the run should end. */
gboolean mg_vanished_is_believable(MgConnection *connection,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Moves those of the group's pending directives whose event no longer exists out of the queue,
 * into rejected_directives with the reason, and commits. For a group that mg_event_query_load()
 * gave fewer events for than it names; outside a transaction, so that the group's claim must have
 * been rolled back. `n_moved` receives how many; 0 also where the database lacks our function for
 * it. MG_ERROR_SETUP, and nothing moved, where mg_vanished_is_believable() says no. */
gboolean mg_vanished_set_aside(MgConnection *connection, const MgGroup *group, gsize *n_moved,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
