/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A worker: the doors that one thread of a run owns for life, and nothing about what it has in hand. Workers share
 * nothing but the list of tasks, the counts, and their desk.
 */
#pragma once

#include "database/connection.h"
#include "flow/desk.h"
#include "flow/pace.h"
#include "flow/site.h"
#include "flow/summary.h"
#include "flow/ticket_source.h"
#include "openpgp/signer.h"
#include "smtp/session.h"

typedef struct {
    const MgSite *site;
    MgSummary *summary;
    MgConnection *claim; /* its transaction holds the rows of a lot from claim to record */
    MgDesk *desk;        /* (transfer none): NULL in a check */
    MgTicketPool *tickets;
    MgSession *session; /* NULL where nothing is sent */
    MgSigner *signer;   /* NULL where the site does not sign */
    MgPace pace;
    gint is_sending; /* atomic: the mail server is waited for */
} MgWorker;

/* Opens a database session; SMTP connects with the first mail. Errors are those of what it opens. `site`,
 * `summary` and `desk` (NULL where templates are only checked) must outlive the worker. */
MgWorker *mg_worker_new(const MgSite *site, MgSummary *summary, MgDesk *desk,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_worker_free(MgWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgWorker, mg_worker_free)

/* Whether it waits for the mail server just now; from any thread. */
gboolean mg_worker_is_sending(const MgWorker *worker);

/* Opens the claim's session again where it broke. MG_ERROR_RUN where that fails for half a minute. */
gboolean mg_worker_reconnect(MgWorker *worker, GError **error) G_GNUC_WARN_UNUSED_RESULT;
