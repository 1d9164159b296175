/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What `status` knows: read from the database once, then written by status_text.c, status_json.c,
 * status_metrics.c and status_check.c, none of which asks further.
 */
#pragma once

#include "database/connection.h"
#include "database/pending.h"
#include "database/status.h"
#include "model/settings.h"

#define MG_STATUS_DAYS 14 /* the last is today */
#define MG_STATUS_RUNS 10
#define MG_STATUS_REJECTED 3 /* the newest, shown with their reasons */

typedef struct {
    gint64 now;
    MgPendingCount pending;
    guint n_uncertain; /* of the uncertain deliveries, by state */
    guint n_held;
    guint n_decided;
    gchar *lock_holder;   /* (nullable): who holds the lock of a run without one that is alive */
    guint n_refused;      /* groups that the runs before were refused, and which are tried */
    guint n_refused_long; /* of these: that may be set aside */
    guint n_set_aside;    /* groups */
    guint64 n_set_aside_directives; /* in them */
    guint64 n_rejected;
    GPtrArray *rejected;             /* of MgStatusRejected, newest first */
    GDateTime *days[MG_STATUS_DAYS]; /* each day's beginning, local time */
    guint64 sent[MG_STATUS_DAYS];    /* mails recorded on that day */
    GPtrArray *runs;                 /* of MgStatusRun, newest first */
    MgStatusRun *last_run;           /* (nullable): the last that was through, see status.h */
} MgStatusReport;

/* Errors as those of database/. */
MgStatusReport *mg_status_report_new(MgConnection *connection, const MgSettings *settings,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_status_report_free(MgStatusReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgStatusReport, mg_status_report_free)

/* How old the oldest pending directive is, in microseconds; 0 where none is pending. */
gint64 mg_status_report_age(const MgStatusReport *report);

/* Those whose end is not known, decided or not. */
guint mg_status_report_uncertain(const MgStatusReport *report);

/* "ended", "running" or "died". A literal. */
const gchar *mg_status_report_run_state(const MgStatusRun *run);
