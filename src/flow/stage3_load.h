/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 3, load: the events, only the columns asked for, by one query a set of columns.
 */
#pragma once

#include "database/connection.h"
#include "model/events.h"
#include "model/group.h"

/* As mg_event_query_load_lot(): `events` receives those of each group. `fields` NULL loads every
 * column. */
gboolean mg_stage3_load(MgConnection *connection, const MgGroup *const *groups, gsize n_groups,
                        const gchar *const *fields, MgEvents **events,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* MG_ERROR_GROUP where `events`, those of the group, are empty: none of them exists any more. */
gboolean mg_stage3_check(const MgEvents *events, const MgGroup *group,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
