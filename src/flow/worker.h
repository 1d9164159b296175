/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A worker: what one thread of a run owns for life. It does one group end to end, all eight stages,
 * and shares nothing with other workers but the list of tasks and the counts.
 */
#pragma once

#include "database/connection.h"
#include "flow/group_host.h"
#include "flow/site.h"
#include "flow/summary.h"
#include "flow/task.h"
#include "openpgp/signer.h"
#include "smtp/session.h"

typedef struct {
    const MgSite *site;
    MgSummary *summary;
    gint64 run_id;       /* whose the intents are; 0 where the database keeps none */
    MgConnection *claim; /* its transaction holds the group's rows from claim to record */
    /* Never in a transaction: ticket numbers and intents are committed at once. NULL in a preview. */
    MgConnection *desk;
    MgTicketPool *tickets;
    MgSession *session;       /* NULL where nothing is sent */
    MgSigner *signer;         /* NULL where the site does not sign */
    const MgTask *task;       /* in hand; NULL between tasks */
    MgGroupHost *hand;        /* of the group in hand */
    const gchar *format_name; /* which answered for the task; only during its deliveries */
    gboolean mail_accepted;   /* one of the task's mails: it must not be begun again */
} MgWorker;

/* Opens two database sessions, for a preview one; SMTP connects with the first mail. Errors are those of what it
 * opens. `site` and `summary` must outlive the worker. */
MgWorker *mg_worker_new(const MgSite *site, MgSummary *summary, gint64 run_id, GError **error);
void mg_worker_free(MgWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgWorker, mg_worker_free)

/* Takes up a task, the same one again where it has to be begun anew; and puts it down. */
void mg_worker_begin(MgWorker *worker, const MgTask *task);
void mg_worker_end(MgWorker *worker);

/* Opens what broke again. MG_ERROR_RUN where that fails too. */
gboolean mg_worker_reconnect(MgWorker *worker, GError **error);
