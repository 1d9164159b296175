/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: the advisory lock by which a run is known to be alive.
 */
#pragma once

#include <glib.h>

/* The upper half of every run's number, which is the lock's key: "IMQM", so that other programs'
 * locks are not taken for ours. */
#define MG_RUN_LOCK_CLASS 1229803853

/* A run that never is: whose intents are that, nothing is known of but that they are uncertain. */
#define MG_RUN_LOCK_NOBODY ((gint64)MG_RUN_LOCK_CLASS << 32)

/* SQL: whether the run of the row `i` of delivery_intents is gone. pg_locks can be read by
 * everybody. */
#define MG_RUN_LOCK_IS_GONE_SQL                                                                    \
    "NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'advisory'"               \
    " AND l.database = (SELECT oid FROM pg_catalog.pg_database"                                    \
    "   WHERE datname = pg_catalog.current_database())"                                            \
    " AND l.objsubid = 1 AND l.granted"                                                            \
    " AND l.classid = ((i.run_id >> 32) & 4294967295)::pg_catalog.oid"                             \
    " AND l.objid = (i.run_id & 4294967295)::pg_catalog.oid)"
