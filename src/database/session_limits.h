/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * How many sessions the server has for us: for the command `check`.
 */
#pragma once

#include "database/connection.h"

typedef enum {
    MG_SESSION_LIMIT_ROLE,
    MG_SESSION_LIMIT_DATABASE,
    MG_SESSION_LIMIT_SERVER,
    MG_SESSION_LIMITS,
} MgSessionLimit;

typedef struct {
    gint64 most;   /* that there can be at once; -1: no limit */
    gint64 in_use; /* now, by others than the session that asks */
} MgSessionLimitState;

typedef struct {
    gchar *role; /* as SQL identifiers */
    gchar *database;
    MgSessionLimitState limits[MG_SESSION_LIMITS];
} MgSessionLimits;

/* max_connections without what is reserved for superusers, and the CONNECTION LIMITs of the role
 * and of the database, which do not hold for a superuser. Only reads. (transfer full) */
MgSessionLimits *mg_session_limits_read(MgConnection *connection,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_session_limits_free(MgSessionLimits *limits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSessionLimits, mg_session_limits_free)

/* The limit that leaves the fewest: as it is set, or, with `is_free`, of what is not in use now.
 * `*n_sessions` becomes -1 where there is no limit. */
MgSessionLimit mg_session_limits_tightest(const MgSessionLimits *limits, gboolean is_free,
                                          gint64 *n_sessions);
