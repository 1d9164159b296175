/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Before the stages: which groups of directives are pending.
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* All pending groups, in the order of their columns (bytewise), without those directives that a
 * delivery intent covers, and without groups that are set aside (refused.h). Takes no lock, and
 * needs no privilege beyond those that sql/notifications.sql grants.
 *
 * `additional_directive_where` (nullable, "" is none) is SQL of the administrator, pasted as it is:
 * `d3` is the table directives; where it mentions `events.`, in either case or quoted, events is
 * joined. A mistake in it is MG_ERROR_SETUP and shows the text and PostgreSQL's message.
 *
 * An aggregate identifier that is no list of pairs (only made by hand) counts as empty; that it is
 * one of several such still keeps the groups apart. (transfer full) (element-type MgGroup) */
GPtrArray *mg_pending_list(MgConnection *connection, const gchar *additional_directive_where,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether any directive that was not set aside is waiting, whatever else keeps it from being
 * listed: cheap. */
gboolean mg_pending_is_any(MgConnection *connection, gboolean *is_any,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    guint64 n_directives;
    guint64 n_groups;
    gint64 oldest; /* when the oldest directive came; MG_CLOCK_NONE where none is pending */
} MgPendingCount;

/* The same as numbers, for people and monitoring; those that a delivery intent covers count too,
 * for they are not recorded as sent; what is set aside does not. About two seconds for a million.
 * Errors as above. */
gboolean mg_pending_count(MgConnection *connection, const gchar *additional_directive_where,
                          MgPendingCount *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
