/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What an operator asks the database: what was sent of late, which runs there were, what could not
 * be stored. Reads only; outside a transaction. database/pending.h counts what is pending,
 * database/uncertain.h lists what is uncertain.
 */
#pragma once

#include "database/connection.h"

/* How many mails were recorded in each of `n_days` stretches of time: `counts[i]` of those from
 * `begins[i]` up to the next begin, the last without an end. `begins` ascending; microseconds.
 * Copies are not recorded by themselves and not counted. */
gboolean mg_status_count_sent(MgConnection *connection, const gint64 *begins, gsize n_days,
                              guint64 *counts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    MG_STATUS_RUN_ENDED,
    MG_STATUS_RUN_GOING_ON,
    MG_STATUS_RUN_DIED,    /* killed, or cut off from the database: it did not have its say */
    MG_STATUS_RUN_UNKNOWN, /* one of the last two; a standby does not know the locks that tell */
} MgStatusRunState;

/* A run, see run_register.h. What an unended one would say at its end is 0 or NULL. */
typedef struct {
    MgStatusRunState state;
    gint64 started_at;
    gint64 ended_at; /* MG_CLOCK_NONE unless ended */
    gchar *host;     /* may be empty; foreign text, as all of these */
    gint64 pid;
    gchar *program_version;
    gboolean dry_run;
    gint64 mails_sent;
    gint64 mails_postponed;
    gint64 errors;
    gint64 exit_status;
    gchar *ended_because; /* (nullable) */
} MgStatusRun;

/* The last runs, newest first. Empty where the database does not note them.
 * (transfer full) (element-type MgStatusRun) */
GPtrArray *mg_status_list_runs(MgConnection *connection, guint n_runs,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The last run that ended, was no dry run and could list what is pending; NULL without error: none.
 * (transfer full) */
MgStatusRun *mg_status_last_real_run(MgConnection *connection,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

void mg_status_run_free(MgStatusRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgStatusRun, mg_status_run_free)

/* A directive that could not be stored, or whose event was removed before it was sent. */
typedef struct {
    gint64 id;
    gint64 event_id;
    gint64 inserted_at;
    gchar *reason;
    gchar *directive_json; /* (nullable); as it stood in the event */
} MgStatusRejected;

/* The newest `n_rejected` with an id below `before_id` (G_MAXINT64: the newest of all). Empty where
 * the database keeps none. (transfer full) (element-type MgStatusRejected) */
GPtrArray *mg_status_list_rejected(MgConnection *connection, gint64 before_id, guint n_rejected,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many there are; 0 where the database keeps none. */
gboolean mg_status_count_rejected(MgConnection *connection, guint64 *n_rejected,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

void mg_status_rejected_free(MgStatusRejected *rejected);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgStatusRejected, mg_status_rejected_free)

/* Whether the server is a hot standby, which can be asked but takes no writes. */
gboolean mg_status_is_standby(MgConnection *connection, gboolean *is_standby,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
