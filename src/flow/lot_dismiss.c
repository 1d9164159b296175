/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/lot_dismiss.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_first.h"
#include "flow/settle.h"
#include "flow/turned_down.h"

static void note_unrecorded(MgLot *lot, MgLotEntry *entry)
{
    const GError *failure = mg_stage8_record_failure(lot->record, entry->task->group);

    if (failure == NULL)
        return;
    entry->state = MG_LOT_LEFT;
    entry->how = MG_LEFT_FAILED;
    if (entry->rest != NULL)
        g_clear_error(&entry->failure);
    if (entry->failure == NULL)
        entry->failure = g_error_copy(failure);
    if (lot->end == NULL)
        lot->end = g_error_copy(failure);
}

static const gchar *why_left(const MgLot *lot, const MgLotEntry *entry)
{
    const MgIntent *intent = entry->task->uncertain;
    const gchar *because =
        intent != NULL ? mg_settle_no_mail_because(intent, lot->worker->site) : NULL;

    if (entry->how == MG_LEFT_ELSEWHERE)
        return "another session has it in hand";
    return because != NULL
               ? because
               : "it was sent or removed meanwhile, or the run ended while it was in hand";
}

static void leave(MgLot *lot, const MgLotEntry *entry)
{
    const MgLeave left = {.group = entry->task->group,
                          .how = entry->how,
                          .failure = entry->how == MG_LEFT_FAILED ? entry->failure : NULL,
                          .because = why_left(lot, entry),
                          .events_vanished = entry->host->events_vanished};
    g_autoptr(GError) failure = NULL;

    if (!mg_stage8_leave(&left, lot->worker->site, lot->worker->summary, lot->worker->claim,
                         &failure) &&
        lot->end == NULL)
        lot->end = g_steal_pointer(&failure);
}

static gboolean may_be_delivered(const MgLotEntry *entry)
{
    return entry->is_begun && (mg_delivery_first_has_accepted(&entry->mailing) ||
                               g_error_matches(entry->failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME));
}

/* The decision to send it again was spent on an attempt that came to nothing. */
static void give_decision_back(MgLot *lot, const MgLotEntry *entry)
{
    const MgIntent *intent = entry->task->uncertain;
    g_autoptr(GError) failure = NULL;

    if (intent == NULL || !intent->is_spent || entry->how == MG_LEFT_SENT ||
        may_be_delivered(entry))
        return;
    if (mg_uncertain_decide(lot->worker->claim, intent->id, MG_DECISION_SEND_AGAIN, &failure) ==
        MG_DECIDE_FAILED)
        mg_log_warning("ticket %s has to be decided about again: %s", intent->ticket,
                       failure->message);
}

/* Within another program nothing is noted: what is written there belongs to its transaction. Nor
 * where all mails go to an address of the site's, which says nothing of their recipients. */
static void note_turned_down(const MgLot *lot)
{
    const MgWorker *worker = lot->worker;
    gint64 run_id = worker->desk != NULL ? mg_desk_run_id(worker->desk) : 0;
    g_autoptr(MgTurnedDown) turned_down = mg_turned_down_new();

    if (worker->site->purpose != MG_PURPOSE_SEND || run_id == 0 ||
        worker->site->settings->safety.redirect_to != NULL ||
        mg_connection_is_broken(worker->claim))
        return;
    for (guint i = 0; i < lot->n_entries; i++) {
        const MgLotEntry *entry = &lot->entries[i];
        if (entry->state == MG_LOT_LEFT)
            mg_turned_down_add(turned_down, entry->task->group, entry->how, entry->failure);
    }
    mg_turned_down_note(turned_down, worker->claim, run_id);
}

void mg_lot_dismiss(MgLot *lot)
{
    for (guint i = 0; i < lot->n_entries; i++)
        note_unrecorded(lot, &lot->entries[i]);
    for (guint i = 0; i < lot->n_entries; i++)
        if (lot->entries[i].state == MG_LOT_LEFT) {
            leave(lot, &lot->entries[i]);
            give_decision_back(lot, &lot->entries[i]);
        }
    note_turned_down(lot);
}
