/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The events of a lot's groups: those that want the same columns are loaded together, by one query.
 *
 * One worker's, for one lot.
 */
#pragma once

#include "database/connection.h"
#include "model/events.h"
#include "model/group.h"

typedef struct MgLotEvents MgLotEvents;

/* `groups` are copied, what is in them must outlive it, as `connection` must. */
MgLotEvents *mg_lot_events_new(MgConnection *connection, const MgGroup *const *groups,
                               guint n_groups);
void mg_lot_events_free(MgLotEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgLotEvents, mg_lot_events_free)

/* The group at `index` will want these columns. */
void mg_lot_events_expect(MgLotEvents *events, guint index, const gchar *const *fields);

/* Those of the group at `index`, with what else expects the same columns; and where nobody knows
 * what a script will want, with the groups after it that are of the same formats. Loaded in a
 * savepoint of its own, so that a failure harms the group alone: errors as mg_stage3_load(), and
 * MG_ERROR_GROUP where none of its events exists any more, which `vanished` tells from other
 * errors. (transfer full) */
MgEvents *mg_lot_events_load(MgLotEvents *events, guint index, const gchar *const *fields,
                             gboolean *vanished, GError **error) G_GNUC_WARN_UNUSED_RESULT;
