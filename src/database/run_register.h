/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A run of the program, as the database sees it: its number, the session locks that say it is
 * alive, and its line in notification_runs.
 *
 * Each connection that a run uses for delivery intents joins the run. As long as one of them is
 * open, the run counts as alive, and what it has in hand is nobody else's business; the locks go by
 * themselves when the process dies. They are taken again when a connection is reopened.
 */
#pragma once

#include "database/connection.h"

/* The number of a new run, taken from the system's random numbers; no database needed. */
gint64 mg_run_register_new_id(void);

/* Holds the sign of life of `run_id` on this connection, until it is closed. Not for a borrowed
 * one. */
gboolean mg_run_register_join(MgConnection *connection, gint64 run_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For `instances: exclusive`: whether this session is now the only one that holds the lock of this
 * database's sending program. Kept until the connection is closed. FALSE only with error; another
 * instance shows in `*is_only` being FALSE. */
gboolean mg_run_register_lock_exclusively(MgConnection *connection, gboolean *is_only,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who holds the lock of mg_run_register_lock_exclusively(), for people: "on host 'x', process 12,
 * since 2026-11-20 09:00:02 (UTC)", or what is known of its session. `*is_alive` becomes FALSE
 * where that session keeps no run alive, or one that has ended: a pooler has kept it, and no run
 * will take place until somebody ends it. NULL without error: nobody holds it. (transfer full) */
gchar *mg_run_register_describe_other(MgConnection *connection, gboolean *is_alive,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether notification_runs is there for us. Without it the two functions below do nothing, and
 * succeed. */
gboolean mg_run_register_is_noted(MgConnection *connection, gboolean *is_noted,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A line for a run that starts; runs that started more than 90 days ago lose theirs. Outside a
 * transaction. */
gboolean mg_run_register_note_start(MgConnection *connection, gint64 run_id,
                                    const gchar *program_version, gboolean dry_run,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gint64 mails_sent;
    gint64 mails_postponed;
    gint64 errors;
    gint exit_status;
    const gchar *ended_because; /* (nullable): where it did not simply come to its end */
} MgRunEnd;

/* Completes the line of a run that ends. Outside a transaction. */
gboolean mg_run_register_note_end(MgConnection *connection, gint64 run_id, const MgRunEnd *end,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
