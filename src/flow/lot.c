/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot.h"

#include "base/error.h"
#include "base/stop.h"
#include "flow/delivery_first.h"
#include "flow/delivery_intents.h"

/* How often a group is begun at most where a connection broke before anything had happened. */
#define ATTEMPTS 3

/* (nullable): one that is not to be drawn. */
static const gchar *own_ticket(const MgTask *task)
{
    if (task->uncertain != NULL)
        return task->uncertain->ticket;
    return task->by_size != NULL ? task->by_size->ticket : NULL;
}

static void fill(MgLotEntry *entry, MgLot *lot, const MgTask *task, guint attempt)
{
    MgWorker *worker = lot->worker;
    const MgIntent *uncertain = task->uncertain;

    entry->task = task;
    entry->attempt = attempt;
    entry->host = mg_host_new(worker->site, task->group, worker->signer, worker->claim,
                              worker->tickets, own_ticket(task));
    entry->host->fleet = worker->fleet;
    if (uncertain != NULL) {
        entry->host->terms.mail_date = uncertain->mail_date;
        entry->host->mail_id = uncertain->message_id;
    }
    entry->host->question.first_format = task->first_format;
    entry->host->question.first_rule = task->first_rule;
    entry->mailing = (MgMailing){.worker = worker,
                                 .group = task->group,
                                 .uncertain = uncertain,
                                 .shares_ticket = mg_task_shares_ticket(task),
                                 .tickets = &entry->host->tickets,
                                 .is_alone = lot->n_entries == 1,
                                 .record = lot->record,
                                 .deliveries = mg_mailing_deliveries_new()};
}

MgLot *mg_lot_new(MgWorker *worker, const MgTask *const *tasks, const guint *attempts,
                  guint n_tasks)
{
    MgLot *lot = g_new0(MgLot, 1);
    g_autofree const MgGroup **groups = g_new(const MgGroup *, n_tasks);

    lot->worker = worker;
    lot->n_entries = n_tasks;
    lot->entries = g_new0(MgLotEntry, n_tasks);
    lot->record = mg_stage8_record_new(tasks[0]->uncertain != NULL);
    for (guint i = 0; i < n_tasks; i++) {
        g_assert(n_tasks == 1 || tasks[i]->uncertain == NULL);
        fill(&lot->entries[i], lot, tasks[i], attempts[i]);
        groups[i] = tasks[i]->group;
    }
    lot->events = mg_lot_events_new(worker->claim, groups, n_tasks);
    for (guint i = 0; i < n_tasks; i++)
        mg_host_join_lot(lot->entries[i].host, lot->events, i, n_tasks == 1);
    return lot;
}

static void clear(MgLotEntry *entry)
{
    g_clear_error(&entry->failure);
    g_ptr_array_unref(entry->mailing.deliveries);
    g_clear_pointer(&entry->notifications, g_ptr_array_unref);
    g_clear_pointer(&entry->events, mg_events_free);
    g_clear_pointer(&entry->decision, mg_decision_free);
    g_clear_pointer(&entry->division, mg_division_free);
    g_clear_pointer(&entry->rest, mg_task_free);
    g_clear_pointer(&entry->host, mg_host_free);
}

void mg_lot_free(MgLot *lot)
{
    if (lot == NULL)
        return;
    for (guint i = 0; i < lot->n_entries; i++)
        clear(&lot->entries[i]);
    mg_lot_events_free(lot->events);
    mg_stage8_record_free(lot->record);
    g_clear_error(&lot->end);
    g_free(lot->entries);
    g_free(lot);
}

MgLotEntry *mg_lot_next(const MgLot *lot, const MgLotEntry *from)
{
    for (guint i = from != NULL ? (guint)(from - lot->entries) + 1 : 0; i < lot->n_entries; i++)
        if (lot->entries[i].state == MG_LOT_IN_HAND)
            return &lot->entries[i];
    return NULL;
}

guint mg_lot_count(const MgLot *lot, const MgLotEntry *from)
{
    guint count = 0;

    for (; from != NULL; from = mg_lot_next(lot, from))
        count++;
    return count;
}

/* Savepoints are a stack: what goes back behind one takes all later ones with it. */
static void undo_script(MgLot *lot, MgLotEntry *entry)
{
    MgConnection *claim = lot->worker->claim;

    if (entry->host->savepoint == 0)
        return;
    for (MgLotEntry *later = mg_lot_next(lot, entry); later != NULL;
         later = mg_lot_next(lot, later))
        if (later->host->savepoint > 0)
            mg_lot_put_back(lot, later, FALSE);
    while (mg_connection_depth(claim) > entry->host->savepoint)
        mg_connection_rollback(claim);
    for (guint i = 0; i < lot->n_entries; i++)
        if (lot->entries[i].host->savepoint >= entry->host->savepoint)
            lot->entries[i].host->savepoint = 0;
}

/* Nothing of it goes out any more: what its script has done to the database is undone; its intents,
 * where there are, go with the record of the lot. */
static void withdraw(MgLot *lot, MgLotEntry *entry)
{
    undo_script(lot, entry);
    g_clear_pointer(&entry->rest, mg_task_free); /* goes with the whole */
    if (entry->mailing.uncertain != NULL)
        return;
    mg_delivery_intents_settle_from(&entry->mailing, 0);
    mg_delivery_mail_uncount_from(&entry->mailing, 0);
}

void mg_lot_put_back(MgLot *lot, MgLotEntry *entry, gboolean is_loner)
{
    withdraw(lot, entry);
    entry->state = MG_LOT_PUT_BACK;
    entry->is_loner = is_loner;
}

/* Asked again, its format makes smaller mails. */
static gboolean is_fitted(const MgLotEntry *entry)
{
    const MgDecision *decision = entry->decision;

    if (decision->answer == MG_ANSWER_REQUEST)
        return decision->request->is_by_size;
    return entry->task->is_fitted || entry->host->has_fitted;
}

gboolean mg_lot_may_divide_again(const MgLotEntry *entry)
{
    return is_fitted(entry) && entry->task->uncertain == NULL && !entry->task->has_been_divided;
}

static void note_rest(MgLotEntry *entry)
{
    g_autoptr(GArray) directives = mg_delivery_first_too_large(&entry->mailing);

    if (directives->len > 0)
        entry->rest =
            mg_division_begin_some(entry->task, (const gint64 *)directives->data, directives->len);
}

gboolean mg_lot_divide_again(MgLot *lot, MgLotEntry *entry, const GError *failure)
{
    gboolean is_about_size = mg_error_is_about_size(failure);

    if (!mg_lot_may_divide_again(entry))
        return FALSE;
    if (!is_about_size || mg_delivery_first_has_accepted(&entry->mailing)) {
        note_rest(entry);
        if (!is_about_size || entry->rest == NULL)
            return FALSE;
        mg_lot_leave(lot, entry, MG_LEFT_SENT);
        entry->failure = g_error_copy(failure);
        return TRUE;
    }
    withdraw(lot, entry);
    entry->state = MG_LOT_TOO_LARGE;
    entry->failure = g_error_copy(failure);
    return TRUE;
}

void mg_lot_leave(MgLot *lot, MgLotEntry *entry, MgLeft how)
{
    if (how != MG_LEFT_SENT)
        undo_script(lot, entry);
    entry->state = MG_LOT_LEFT;
    entry->how = how;
}

void mg_lot_divide(MgLot *lot, MgLotEntry *entry, MgDivision *division)
{
    mg_lot_leave(lot, entry, MG_LEFT_SKIPPED);
    entry->state = MG_LOT_DIVIDED;
    entry->division = division;
}

void mg_lot_put_back_from(MgLot *lot, MgLotEntry *entry)
{
    for (; entry != NULL; entry = mg_lot_next(lot, entry))
        mg_lot_put_back(lot, entry, FALSE);
}

void mg_lot_end_from(MgLot *lot, MgLotEntry *entry, GError *failure)
{
    for (; entry != NULL; entry = mg_lot_next(lot, entry)) {
        withdraw(lot, entry);
        entry->state = MG_LOT_LEFT;
        entry->how = MG_LEFT_SKIPPED;
    }
    if (lot->end == NULL)
        lot->end = failure;
    else
        g_error_free(failure);
}

static gboolean may_begin_again(const MgLotEntry *entry)
{
    return entry->attempt < ATTEMPTS && !mg_stop_requested() &&
           !mg_delivery_first_has_accepted(&entry->mailing);
}

void mg_lot_retry(MgLot *lot, MgLotEntry *entry, const GError *failure)
{
    g_clear_error(&entry->failure);
    entry->failure = g_error_copy(failure);
    if (may_begin_again(entry))
        mg_lot_put_back(lot, entry, TRUE);
    else
        mg_lot_leave(lot, entry, MG_LEFT_FAILED);
}

static gboolean ends_run(const GError *failure)
{
    return g_error_matches(failure, MG_ERROR, MG_ERROR_RUN) ||
           g_error_matches(failure, MG_ERROR, MG_ERROR_SETUP);
}

void mg_lot_fail_all(MgLot *lot, GError *failure)
{
    gboolean is_alone = lot->n_entries == 1;

    if (ends_run(failure)) {
        mg_lot_end_from(lot, mg_lot_next(lot, NULL), failure);
        return;
    }
    for (MG_LOT_EACH(entry, lot)) {
        if (is_alone && failure->code != MG_ERROR_RETRY) {
            entry->failure = g_error_copy(failure);
            mg_lot_leave(lot, entry, MG_LEFT_FAILED);
        } else if (is_alone) {
            mg_lot_retry(lot, entry, failure);
        } else {
            mg_lot_put_back(lot, entry, TRUE);
        }
    }
    g_error_free(failure);
}

void mg_lot_fail(MgLot *lot, MgLotEntry *entry, GError *failure)
{
    if (ends_run(failure)) {
        mg_lot_end_from(lot, entry, failure);
        return;
    }
    if (failure->code == MG_ERROR_RETRY) {
        mg_lot_retry(lot, entry, failure);
        mg_lot_fail_all(lot, failure);
        return;
    }
    withdraw(lot, entry);
    entry->failure = failure;
    mg_lot_leave(lot, entry, MG_LEFT_FAILED);
}
