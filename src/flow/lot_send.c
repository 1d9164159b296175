/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_send.h"

#include "base/error.h"
#include "base/stop.h"
#include "flow/delivery_first.h"
#include "flow/delivery_again.h"

typedef enum {
    WAITING,
    ACCEPTED,
    FAILED,
    FOR_OTHERS, /* its session was of no use */
} Result;

/* What became of a group of the lot. */
typedef struct {
    Result result;
    GError *failure; /* FAILED */
} Sent;

typedef struct {
    MgLot *lot;
    gboolean (*deliver)(const MgMailing *mailing, GError **error);
    gint64 begun;
    GMutex lock;      /* of all below */
    MgLotEntry *next; /* NULL: all are begun */
    guint n_begun;
    gboolean has_failure; /* to be dealt with before any other is begun */
    Sent sent[MG_PACE_MOST_GROUPS];
} Sending;

static Sent *sent_of(Sending *sending, const MgLotEntry *entry)
{
    return &sending->sent[entry - sending->lot->entries];
}

static gboolean ends_run(const GError *failure)
{
    return failure->code == MG_ERROR_RUN || failure->code == MG_ERROR_SETUP;
}

/* In one of several threads */

static gboolean may_begin(const Sending *sending)
{
    if (sending->next == NULL || sending->has_failure)
        return FALSE;
    return sending->n_begun == 0 ||
           (!mg_stop_requested() && !mg_pace_is_exceeded(g_get_monotonic_time() - sending->begun));
}

/* From here on nobody can know any more that it has not gone out. */
static void note_begun(const Sending *sending, const MgLotEntry *entry)
{
    const GPtrArray *deliveries = entry->mailing.deliveries;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        mg_begun_note(sending->lot->worker->begun, delivery->intent_id);
    }
}

static MgLotEntry *begin(Sending *sending)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sending->lock);
    MgLotEntry *entry = sending->next;

    if (!may_begin(sending))
        return NULL;
    sending->next = mg_lot_next(sending->lot, entry);
    sending->n_begun++;
    entry->is_begun = TRUE;
    note_begun(sending, entry);
    return entry;
}

static void note(Sending *sending, const MgLotEntry *entry, Sent sent)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&sending->lock);

    sending->has_failure = sending->has_failure || sent.result != ACCEPTED;
    *sent_of(sending, entry) = sent;
}

/* A server may take fewer sessions at once than there are: the mail is for those that it takes. */
static gboolean is_session_at_fault(const MgLotEntry *entry, MgSession *session,
                                    const GError *failure)
{
    return session != NULL && ends_run(failure) &&
           !mg_delivery_first_has_accepted(&entry->mailing) &&
           mg_fleet_retire(entry->mailing.worker->fleet, session, failure);
}

static gboolean send_next(MgSession *session, gpointer data)
{
    Sending *sending = data;
    MgLotEntry *entry = begin(sending);
    Sent sent = {ACCEPTED, NULL};

    if (entry == NULL)
        return FALSE;
    entry->mailing.session = session;
    entry->mailing.may_be_divided = mg_lot_may_divide_again(entry);
    if (!sending->deliver(&entry->mailing, &sent.failure)) {
        sent.result = FAILED;
        if (is_session_at_fault(entry, session, sent.failure)) {
            sent.result = FOR_OTHERS;
            g_clear_error(&sent.failure);
        }
    }
    entry->mailing.session = NULL;
    note(sending, entry, sent);
    return sent.result == ACCEPTED;
}

/* In the worker's thread */

/* What the mail server says, or does not, is no other group's fault. Takes `failure` over. */
static void fail(MgLot *lot, MgLotEntry *entry, GError *failure)
{
    gboolean has_accepted = mg_delivery_first_has_accepted(&entry->mailing);

    if (mg_lot_divide_again(lot, entry, failure)) {
        g_error_free(failure);
        return;
    }
    if (ends_run(failure) && !has_accepted) {
        mg_lot_end_from(lot, entry, failure);
        return;
    }
    if (ends_run(failure))
        mg_lot_end_from(lot, mg_lot_next(lot, entry), g_error_copy(failure));
    if (failure->code == MG_ERROR_RETRY && !has_accepted)
        mg_lot_retry(lot, entry, failure);
    else
        mg_lot_leave(lot, entry, MG_LEFT_FAILED);
    if (entry->failure == NULL)
        entry->failure = g_error_copy(failure);
    g_error_free(failure);
}

static void fail_all(Sending *sending, gboolean that_end_run)
{
    MgLot *lot = sending->lot;

    for (MG_LOT_EACH(entry, lot)) {
        Sent *sent = sent_of(sending, entry);
        if (sent->result == FAILED && ends_run(sent->failure) == that_end_run)
            fail(lot, entry, g_steal_pointer(&sent->failure));
    }
}

/* Those that were accepted first: they must not be taken for unsent where the run ends. */
static void sort_out(Sending *sending)
{
    MgLot *lot = sending->lot;

    for (MG_LOT_EACH(entry, lot)) {
        Sent *sent = sent_of(sending, entry);
        if (sent->result == ACCEPTED)
            mg_lot_leave(lot, entry, MG_LEFT_SENT);
        else if (sent->result == FOR_OTHERS)
            mg_lot_put_back(lot, entry, FALSE);
    }
    fail_all(sending, FALSE);
    fail_all(sending, TRUE);
    for (guint i = 0; i < lot->n_entries; i++)
        g_clear_error(&sending->sent[i].failure);
}

/* Savepoints are a stack: what fails must be undone before the next is sent. */
static gboolean has_savepoint(const MgLot *lot)
{
    for (MG_LOT_EACH(entry, lot))
        if (entry->host->savepoint > 0)
            return TRUE;
    return FALSE;
}

static guint at_once(const MgLot *lot)
{
    guint n_groups = mg_lot_count(lot, mg_lot_next(lot, NULL));

    return has_savepoint(lot) ? 1 : MIN(n_groups, mg_pace_at_once(&lot->worker->pace));
}

static void work(Sending *sending)
{
    MgWorker *worker = sending->lot->worker;
    guint n_sessions = 1;
    guint n_used;

    sending->begun = g_get_monotonic_time();
    g_mutex_init(&sending->lock);
    do {
        sending->next = mg_lot_next(sending->lot, NULL);
        sending->has_failure = FALSE;
        if (!may_begin(sending))
            break;
        n_used = mg_fleet_work(worker->fleet, at_once(sending->lot), send_next, sending);
        n_sessions = MAX(n_sessions, n_used);
        sort_out(sending);
    } while (sending->has_failure);
    g_mutex_clear(&sending->lock);
    if (sending->n_begun > 0)
        mg_pace_note_sent(&worker->pace, sending->n_begun, n_sessions,
                          g_get_monotonic_time() - sending->begun);
}

/* In the order in which they are begun. */
static void enter(const MgLot *lot)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (MG_LOT_EACH(entry, lot)) {
        for (guint i = 0; i < entry->mailing.deliveries->len; i++) {
            const MgDelivery *delivery = g_ptr_array_index(entry->mailing.deliveries, i);
            if (delivery->intent_id != 0)
                g_array_append_val(ids, delivery->intent_id);
        }
    }
    mg_begun_enter(lot->worker->begun, (const gint64 *)ids->data, ids->len);
}

void mg_lot_send(MgLot *lot)
{
    Sending sending = {.lot = lot, .deliver = mg_delivery_first_send};
    guint n_groups = mg_lot_count(lot, mg_lot_next(lot, NULL));

    enter(lot);
    mg_worker_note_sending(lot->worker, n_groups < mg_pace_at_once(&lot->worker->pace));
    work(&sending);
    mg_worker_note_sent(lot->worker);
    mg_lot_put_back_from(lot, mg_lot_next(lot, NULL));
}

void mg_lot_send_again(MgLot *lot)
{
    Sending sending = {.lot = lot, .deliver = mg_delivery_again_send};

    work(&sending);
}
