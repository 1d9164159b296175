/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A worker: the doors that one thread of a run owns for life, and nothing about what it has in
 * hand. Workers share nothing but the list of tasks, the counts, their desk and their fleet.
 */
#pragma once

#include "database/connection.h"
#include "flow/busy.h"
#include "flow/desk.h"
#include "flow/fleet.h"
#include "flow/pace.h"
#include "flow/site.h"
#include "flow/summary.h"
#include "flow/ticket_source.h"
#include "openpgp/signer.h"

typedef struct {
    const MgSite *site;
    MgSummary *summary;
    MgConnection *claim; /* its transaction holds the rows of a lot from claim to record */
    MgDesk *desk;        /* (transfer none): NULL in a check */
    MgBegunSlot *begun;  /* (nullable) (transfer none) */
    MgTicketPool *tickets;
    MgFleet *fleet;   /* (transfer none): NULL where nothing is sent */
    MgSigner *signer; /* NULL where the site does not sign */
    MgPace pace;
    MgBusy *busy; /* what of it the run's thread may have to tell */
    gint
        sending_since; /* atomic: milliseconds of the monotonic clock; 0: nothing is sent just now */
    gint sends_few;    /* atomic: fewer groups than there could be sessions for */
} MgWorker;

/* A session beside the desk's, from whom it learns what that knows of the database; not yet open.
 * For a worker that is hired in another thread than the one that uses the desk meanwhile. (transfer
 * full) */
MgConnection *mg_worker_new_session(MgDesk *desk);

/* Opens a database session; SMTP connects with the first mail. Errors are those of what it opens.
 * `site`, `summary`, `desk` (NULL where templates are only checked) and `fleet` must outlive the
 * worker. `session`: of mg_worker_new_session(), taken over; NULL makes one. `is_first`: nothing
 * goes on without it, so that a session is waited for. */
MgWorker *mg_worker_new(const MgSite *site, MgSummary *summary, MgDesk *desk, MgFleet *fleet,
                        MgConnection *session, gboolean is_first,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_worker_free(MgWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgWorker, mg_worker_free)

/* From here on the mail server is waited for, with fewer groups at once than would pay or not. */
void mg_worker_note_sending(MgWorker *worker, gboolean sends_few);
void mg_worker_note_sent(MgWorker *worker);
/* Whether it waits for the mail server while there are sessions that nobody uses, so that another
 * worker would be of use: it has too few groups in hand, or some of them take long. From any
 * thread. */
gboolean mg_worker_is_waiting(const MgWorker *worker);

/* Opens the claim's session again where it broke. MG_ERROR_RUN where that fails for half a
 * minute. */
gboolean mg_worker_reconnect(MgWorker *worker, GError **error) G_GNUC_WARN_UNUSED_RESULT;
