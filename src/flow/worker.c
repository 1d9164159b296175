/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/worker.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "database/run_register.h"

#include <string.h>

/* How long a database that went away is waited for. */
#define RECONNECT_PATIENCE (30 * G_USEC_PER_SEC)

/* The desk's could be opened just before: so it is most often a limit. */
static void advise(GError **error)
{
    g_autofree gchar *message = NULL;

    if (error == NULL || *error == NULL || strstr((*error)->message, "HINT: ") != NULL)
        return;
    message = (*error)->message;
    (*error)->message = g_strconcat(message,
                                    "\nHINT: a run takes a session for itself and one for each "
                                    "worker; intelmqcbmail check tells of limits",
                                    NULL);
}

MgConnection *mg_worker_new_session(MgDesk *desk)
{
    MgConnection *connection = mg_connection_new_beside(mg_desk_open(desk), "claim");

    mg_connection_expect_writing(connection);
    mg_desk_close(desk); /* the others need it while this one is opened */
    return connection;
}

/* Takes `session` (nullable) over. */
static MgConnection *open_session(const MgWorker *worker, MgConnection *session, gboolean is_first,
                                  GError **error)
{
    g_autoptr(MgConnection) connection = session;

    if (worker->desk == NULL)
        return mg_connection_open(&worker->site->settings->database, "claim", error);
    if (connection == NULL)
        connection = mg_worker_new_session(worker->desk);
    if (mg_connection_open_new(connection, !is_first, error))
        return g_steal_pointer(&connection);
    advise(error);
    return NULL;
}

/* The run is alive as long as one of its sessions is: what it has in hand must not look uncertain
 * to others while the desk is opened again. */
static gboolean open_claim(MgWorker *worker, MgConnection *session, gboolean is_first,
                           GError **error)
{
    const MgSite *site = worker->site;
    gint64 run_id = worker->desk != NULL ? mg_desk_run_id(worker->desk) : 0;

    worker->claim = site->borrowed;
    if (worker->claim != NULL)
        return TRUE;
    worker->claim = open_session(worker, session, is_first, error);
    return worker->claim != NULL &&
           (run_id == 0 || mg_run_register_join(worker->claim, run_id, error));
}

static gboolean open_signer(MgWorker *worker, GError **error)
{
    if (worker->site->keyring == NULL)
        return TRUE;
    worker->signer = mg_signer_new(worker->site->keyring, error);
    return worker->signer != NULL;
}

MgWorker *mg_worker_new(const MgSite *site, MgSummary *summary, MgDesk *desk, MgFleet *fleet,
                        MgConnection *session, gboolean is_first, GError **error)
{
    g_autoptr(MgConnection) given = session;
    g_autoptr(MgWorker) worker = g_new0(MgWorker, 1);

    worker->site = site;
    worker->summary = summary;
    worker->desk = desk;
    worker->fleet = fleet;
    worker->busy = mg_busy_new();
    /* In its owner's transaction a group is best by itself, as it was. */
    worker->pace.fixed = site->borrowed != NULL ? 1 : site->settings->groups_in_hand;
    worker->pace.most_sessions = fleet != NULL ? mg_fleet_most(fleet) : 1;
    if (!open_signer(worker, error) ||
        !open_claim(worker, g_steal_pointer(&given), is_first, error))
        return NULL;
    if (desk != NULL && site->purpose == MG_PURPOSE_SEND)
        worker->begun = mg_desk_take_slot(desk);
    worker->tickets = mg_ticket_source_pool_new(site->purpose, desk);
    return g_steal_pointer(&worker);
}

void mg_worker_free(MgWorker *worker)
{
    if (worker == NULL)
        return;
    g_clear_pointer(&worker->tickets, mg_ticket_source_pool_free);
    g_clear_pointer(&worker->signer, mg_signer_free);
    g_clear_pointer(&worker->busy, mg_busy_free);
    if (worker->site->borrowed == NULL)
        g_clear_pointer(&worker->claim, mg_connection_free);
    g_free(worker);
}

gboolean mg_worker_reconnect(MgWorker *worker, GError **error)
{
    return !mg_connection_is_broken(worker->claim) ||
           mg_connection_reopen_within(worker->claim, RECONNECT_PATIENCE, error);
}

static gint now_ms(void)
{
    return (gint)(g_get_monotonic_time() / 1000 & G_MAXINT);
}

void mg_worker_note_sending(MgWorker *worker, gboolean sends_few)
{
    g_atomic_int_set(&worker->sends_few, sends_few);
    g_atomic_int_set(&worker->sending_since, MAX(1, now_ms()));
}

void mg_worker_note_sent(MgWorker *worker)
{
    g_atomic_int_set(&worker->sending_since, 0);
}

gboolean mg_worker_is_waiting(const MgWorker *worker)
{
    gint since = g_atomic_int_get(&worker->sending_since);

    if (since == 0 || worker->fleet == NULL || !mg_fleet_has_room(worker->fleet))
        return FALSE;
    return g_atomic_int_get(&worker->sends_few) ||
           mg_pace_is_exceeded(((gint64)now_ms() - since) * 1000);
}
