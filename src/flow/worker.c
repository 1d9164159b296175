/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/worker.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "database/run_register.h"

/* How long a database that went away is waited for, and how often it is asked at first. */
#define RECONNECT_PATIENCE (30 * G_USEC_PER_SEC)
#define RECONNECT_FIRST_PAUSE (G_USEC_PER_SEC / 10)

static gboolean open_doors(MgWorker *worker, GError **error)
{
    const MgSite *site = worker->site;

    if (site->keyring != NULL) {
        worker->signer = mg_signer_new(site->keyring, error);
        if (worker->signer == NULL)
            return FALSE;
    }
    if (site->purpose == MG_PURPOSE_SEND) {
        worker->session = mg_session_new(&site->settings->smtp, error);
        if (worker->session == NULL)
            return FALSE;
    }
    if (site->borrowed != NULL) {
        worker->claim = worker->desk = site->borrowed;
        return TRUE;
    }
    worker->claim = mg_connection_open(&site->settings->database, "claim", error);
    if (worker->claim == NULL)
        return FALSE;
    if (site->purpose == MG_PURPOSE_PREVIEW)
        return TRUE;
    worker->desk = mg_connection_open_beside(worker->claim, "desk", error);
    if (worker->desk == NULL)
        return FALSE;
    return worker->run_id == 0 || mg_run_register_join(worker->desk, worker->run_id, error);
}

MgWorker *mg_worker_new(const MgSite *site, MgSummary *summary, gint64 run_id, GError **error)
{
    g_autoptr(MgWorker) worker = g_new0(MgWorker, 1);

    worker->site = site;
    worker->summary = summary;
    worker->run_id = run_id;
    if (!open_doors(worker, error))
        return NULL;
    worker->tickets = mg_ticket_source_pool_new(site->purpose, worker->desk);
    return g_steal_pointer(&worker);
}

void mg_worker_free(MgWorker *worker)
{
    if (worker == NULL)
        return;
    mg_worker_end(worker);
    g_clear_pointer(&worker->tickets, mg_ticket_source_pool_free);
    g_clear_pointer(&worker->signer, mg_signer_free);
    g_clear_pointer(&worker->session, mg_session_free);
    if (worker->site->borrowed == NULL) {
        g_clear_pointer(&worker->claim, mg_connection_free);
        g_clear_pointer(&worker->desk, mg_connection_free);
    }
    g_free(worker);
}

void mg_worker_begin(MgWorker *worker, const MgTask *task)
{
    mg_worker_end(worker);
    worker->task = task;
    worker->hand =
        mg_group_host_new(worker->site, task->group, worker->signer, worker->claim, worker->tickets,
                          task->uncertain != NULL ? task->uncertain->ticket : NULL);
    worker->format_name = NULL;
    worker->mail_accepted = FALSE;
}

void mg_worker_end(MgWorker *worker)
{
    g_clear_pointer(&worker->hand, mg_group_host_free);
    worker->task = NULL;
}

static gboolean reopen_broken(MgWorker *worker, GError **error)
{
    if (mg_connection_is_broken(worker->claim) && !mg_connection_reopen(worker->claim, error))
        return FALSE;
    if (worker->desk == NULL || !mg_connection_is_broken(worker->desk))
        return TRUE;
    return mg_connection_reopen(worker->desk, error); /* which joins the run again */
}

gboolean mg_worker_reconnect(MgWorker *worker, GError **error)
{
    gint64 give_up = g_get_monotonic_time() + RECONNECT_PATIENCE;
    gulong pause = RECONNECT_FIRST_PAUSE;

    for (;;) {
        g_autoptr(GError) failure = NULL;
        if (reopen_broken(worker, &failure))
            return TRUE;
        if (g_get_monotonic_time() >= give_up) {
            g_set_error(error, MG_ERROR, MG_ERROR_RUN, "the database stays away: %s",
                        failure->message);
            return FALSE;
        }
        mg_log_warning("the database is away, trying again: %s", failure->message);
        g_usleep(pause);
        pause = MIN(2 * pause, 2 * G_USEC_PER_SEC);
    }
}
