/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/notify.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "base/stop.h"
#include "flow/delivery_first.h"
#include "flow/delivery_again.h"
#include "flow/delivery_intents.h"
#include "flow/lot_fit.h"
#include "flow/lot_send.h"
#include "flow/report_sort.h"
#include "flow/settle.h"
#include "flow/stage1_claim.h"
#include "flow/stage2_decide.h"
#include "flow/stage4_render.h"
#include "flow/stage8_record.h"
#include "flow/turned_down.h"
#include "flow/turns.h"

/* Each group in hand, also where some leave meanwhile. */
#define EACH(entry, lot)                                                                           \
    MgLotEntry *entry = mg_lot_next(lot, NULL);                                                    \
    entry != NULL;                                                                                 \
    entry = mg_lot_next(lot, entry)

/* Stage 1 */

static void leave_unclaimed(MgLot *lot, MgLotEntry *entry, MgClaim claim)
{
    if (claim != MG_CLAIM_HELD)
        mg_lot_leave(lot, entry, claim == MG_CLAIM_ELSEWHERE ? MG_LEFT_ELSEWHERE : MG_LEFT_SKIPPED);
}

static void claim(MgLot *lot)
{
    MgWorker *worker = lot->worker;
    g_autofree MgGroup **groups = g_new(MgGroup *, lot->n_entries);
    g_autofree MgClaim *claims = g_new(MgClaim, lot->n_entries);
    GError *failure = NULL;

    for (guint i = 0; i < lot->n_entries; i++)
        groups[i] = lot->entries[i].task->group;
    if (!mg_stage1_claim(worker->claim, worker->site->purpose, groups, lot->n_entries, claims,
                         &failure)) {
        mg_lot_fail_all(lot, failure);
        return;
    }
    for (guint i = 0; i < lot->n_entries; i++)
        leave_unclaimed(lot, &lot->entries[i], claims[i]);
}

static void claim_again(MgLot *lot)
{
    MgWorker *worker = lot->worker;
    MgLotEntry *entry = &lot->entries[0];
    MgIntent *intent = entry->task->uncertain;
    GError *failure = NULL;
    MgLeft how;
    MgClaim claim = mg_stage1_claim_again(worker->claim, worker->site->purpose, intent, &failure);

    if (claim == MG_CLAIM_HELD &&
        mg_settle_without_mail(intent, worker->site, worker->claim, &how, &failure) &&
        failure == NULL)
        mg_lot_leave(lot, entry, how);
    else if (failure != NULL)
        mg_lot_fail(lot, entry, failure);
    else
        leave_unclaimed(lot, entry, claim);
}

/* Stage 2; scripts do stages 3 and 4 meanwhile */

static void log_postponed(const MgGroup *group, const MgDecision *decision)
{
    g_autofree gchar *description = mg_group_describe(group);

    mg_log_debug("postponed by %s%s%s; %s", decision->format_name,
                 decision->postponed_because != NULL ? ": " : "",
                 decision->postponed_because != NULL ? decision->postponed_because : "",
                 description);
}

static void leave_postponed(MgLot *lot, MgLotEntry *entry)
{
    log_postponed(entry->task->group, entry->decision);
    mg_account_tell_postponed(lot->worker->site->account, entry->task->group, entry->decision);
    mg_lot_leave(lot, entry, MG_LEFT_POSTPONED);
}

/* One that sends itself takes as long as it likes, and settles by itself what it has sent: it is
 * done by itself, and so, probably, are those after it. */
static void set_apart(MgLot *lot, MgLotEntry *entry)
{
    if (lot->n_entries > 1)
        mg_pace_note_alone(&lot->worker->pace);
    mg_lot_put_back_from(lot, mg_lot_next(lot, entry));
    if (mg_lot_next(lot, NULL) == entry)
        entry->host->is_alone = entry->mailing.is_alone = TRUE;
    else
        mg_lot_put_back(lot, entry, TRUE);
}

static void decide_one(MgLot *lot, MgLotEntry *entry);

/* Formats are asked again, from behind the one that has answered. */
static void pass_on(MgLot *lot, MgLotEntry *entry)
{
    MgQuestion *question = &entry->host->question;

    question->first_format = entry->decision->format;
    question->first_rule = entry->decision->rule + 1;
    g_clear_pointer(&entry->decision, mg_decision_free);
    decide_one(lot, entry);
}

static gboolean is_report(const MgLotEntry *entry)
{
    return entry->decision->answer == MG_ANSWER_REQUEST && entry->decision->request->report != NULL;
}

/* Of one that is uncertain the very mail is wanted. */
static gboolean may_be_divided(const MgTask *task, GError **error)
{
    if (task->uncertain == NULL)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "the format now makes a mail of each event, so that the mail of ticket %s cannot "
                "be made again" MG_DELIVERY_INTENTS_HINT,
                task->uncertain->ticket);
    return FALSE;
}

static MgDivision *divide_by_event(const MgLotEntry *entry, const GArray *rest)
{
    MgDivision *division =
        mg_division_by_event(entry->task->group, (const gint64 *)rest->data, rest->len);

    mg_division_ask_first(division, entry->decision->format, entry->decision->rule);
    return division;
}

/* A report is about one event, so that a group of several becomes as many; what cannot be a report
 * stays a group, for the formats after this one. */
static void divide_for_reports(MgLot *lot, MgLotEntry *entry)
{
    g_autoptr(GArray) can = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) cannot = g_array_new(FALSE, FALSE, sizeof(gint64));
    GError *failure = NULL;

    if (!mg_report_sort_events(entry->host, entry->decision->request, can, cannot, &failure) ||
        (can->len > 0 && !may_be_divided(entry->task, &failure)))
        mg_lot_fail(lot, entry, failure);
    else if (can->len == 0)
        pass_on(lot, entry);
    else
        mg_lot_divide(lot, entry, divide_by_event(entry, cannot));
}

/* Mails of which each marks some of the group, and no two the same: what is known of the group is
 * known of each of them. Not so where the script may have written something, which goes with the
 * group as a whole. */
static gboolean is_to_be_divided(const MgLotEntry *entry)
{
    g_autoptr(GHashTable) marked = g_hash_table_new(g_int64_hash, g_int64_equal);

    if (entry->notifications->len < 2 || entry->task->uncertain != NULL ||
        entry->host->has_connection)
        return FALSE;
    for (guint i = 0; i < entry->notifications->len; i++) {
        const MgNotification *notification = g_ptr_array_index(entry->notifications, i);
        const MgMarks *marks = &notification->marks;

        if (marks->kind != MG_MARKS_SOME || notification->failure != NULL ||
            notification->deliver != NULL)
            return FALSE;
        for (gsize k = 0; k < marks->n_ids; k++)
            if (!g_hash_table_add(marked, &marks->ids[k]))
                return FALSE;
    }
    return TRUE;
}

/* What a format has made already, of a group that was divided into its mails. */
static void take_prepared(MgLotEntry *entry)
{
    const MgTask *task = entry->task;

    entry->decision = mg_decision_new(MG_ANSWER_NOTIFICATIONS, task->format_name);
    entry->mailing.format_name = entry->decision->format_name;
    entry->notifications = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    g_ptr_array_add(entry->notifications, mg_notification_copy(task->prepared));
}

static void take_notifications(MgLot *lot, MgLotEntry *entry)
{
    entry->notifications = g_steal_pointer(&entry->decision->notifications);
    if (mg_delivery_first_has_own_send(entry->notifications))
        set_apart(lot, entry);
    else if (is_to_be_divided(entry))
        mg_lot_divide(lot, entry,
                      mg_division_by_mail(entry->task->group,
                                          g_steal_pointer(&entry->notifications),
                                          entry->decision->format_name));
}

static void decide_one(MgLot *lot, MgLotEntry *entry)
{
    const MgSite *site = lot->worker->site;
    GError *failure = NULL;

    if (entry->task->prepared != NULL) {
        take_prepared(entry);
        return;
    }
    mg_ticket_source_expect(lot->worker->tickets, mg_lot_count(lot, entry));
    entry->decision = mg_stage2_decide(site->formats, &entry->host->question, lot->worker->busy,
                                       site->is_trial, &failure);
    if (entry->decision == NULL) {
        mg_lot_fail(lot, entry, failure);
        return;
    }
    entry->mailing.format_name = entry->decision->format_name;
    if (entry->decision->answer == MG_ANSWER_POSTPONED)
        leave_postponed(lot, entry);
    if (is_report(entry) && entry->task->group->n_events > 1) {
        divide_for_reports(lot, entry);
        return;
    }
    if (entry->decision->answer == MG_ANSWER_NOTIFICATIONS)
        take_notifications(lot, entry);
}

static void decide(MgLot *lot)
{
    for (EACH(entry, lot))
        decide_one(lot, entry);
}

/* Stage 3 */

static gboolean is_request(const MgLotEntry *entry)
{
    return entry->decision->answer == MG_ANSWER_REQUEST;
}

static gboolean wants_events(const MgLotEntry *entry)
{
    return is_request(entry) && !mg_lot_fit_loads_itself(entry);
}

static void expect(MgLot *lot, const MgLotEntry *entry)
{
    g_auto(GStrv) fields = mg_stage4_fields(entry->decision->request);

    mg_lot_events_expect(lot->events, entry->host->index, (const gchar *const *)fields);
}

static gboolean load_one(MgLotEntry *entry, GError **error)
{
    g_auto(GStrv) fields = mg_stage4_fields(entry->decision->request);

    entry->events =
        mg_host_load(entry->host, &entry->host->terms, (const gchar *const *)fields, error);
    return entry->events != NULL;
}

static void load(MgLot *lot)
{
    for (EACH(entry, lot))
        if (wants_events(entry))
            expect(lot, entry);
    for (EACH(entry, lot)) {
        GError *failure = NULL;
        if (wants_events(entry) && !load_one(entry, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

/* Stage 4 */

static gboolean render_one(MgLotEntry *entry, const gchar *ticket, MgForm form,
                           gchar **envelope_tos, GError **error)
{
    MgDraft *draft = mg_stage4_render(&entry->host->terms, entry->decision->request, entry->events,
                                      ticket, form, error);
    MgNotification *notification;

    if (draft == NULL)
        return FALSE;
    draft->envelope_tos = g_strdupv(envelope_tos);
    notification = mg_notification_new();
    notification->draft = draft;
    notification->marks.kind = envelope_tos != NULL ? MG_MARKS_NONE : MG_MARKS_ALL;
    g_ptr_array_add(entry->notifications, notification);
    return TRUE;
}

static gboolean render_all(MgLotEntry *entry, GError **error)
{
    const MgRequest *request = entry->decision->request;
    g_autofree gchar *ticket = mg_ticket_source_next(&entry->host->tickets, error);

    entry->notifications = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    if (ticket == NULL || !render_one(entry, ticket, request->form, NULL, error))
        return FALSE;
    for (guint i = 0; i < request->copies->len; i++) {
        const MgCopy *copy = g_ptr_array_index(request->copies, i);
        if (!render_one(entry, ticket, mg_request_copy_form(copy, request->form),
                        copy->envelope_tos, error))
            return FALSE;
    }
    return TRUE;
}

/* Its only event cannot be a report, and the format leaves such to the next. */
static gboolean is_to_be_passed_on(const MgLotEntry *entry)
{
    const MgReportForm *form = entry->decision->request->report;

    return form != NULL && form->passes &&
           !mg_report_form_can_express(form, entry->host->terms.reports, entry->events, 0, NULL);
}

static void render_anew(MgLot *lot, MgLotEntry *entry);

static void render_entry(MgLot *lot, MgLotEntry *entry)
{
    GError *failure = NULL;

    if (is_to_be_passed_on(entry)) {
        render_anew(lot, entry);
        return;
    }
    mg_ticket_source_expect(lot->worker->tickets, mg_lot_count(lot, entry));
    if (mg_lot_fit_is_wanted(entry))
        mg_lot_fit(lot, entry);
    else if (!render_all(entry, &failure))
        mg_lot_fail(lot, entry, failure);
    g_clear_pointer(&entry->events, mg_events_free);
}

/* Stages 2 to 4 again, by the formats after the one that passes the group on. */
static void render_anew(MgLot *lot, MgLotEntry *entry)
{
    GError *failure = NULL;

    g_clear_pointer(&entry->events, mg_events_free);
    pass_on(lot, entry);
    if (entry->state != MG_LOT_IN_HAND || !is_request(entry))
        return;
    if (!wants_events(entry) || load_one(entry, &failure))
        render_entry(lot, entry);
    else
        mg_lot_fail(lot, entry, failure);
}

static void render(MgLot *lot)
{
    for (EACH(entry, lot))
        if (is_request(entry))
            render_entry(lot, entry);
}

/* Stages 5 and 6 */

static gboolean compose_one(MgLotEntry *entry, GError **error)
{
    const MgMailing *mailing = &entry->mailing;

    while (entry->notifications->len > 0)
        if (!mg_delivery_mail_add(mailing, g_ptr_array_steal_index(entry->notifications, 0), error))
            return FALSE;
    if (!mg_delivery_mail_complete(mailing, error))
        return FALSE;
    if (mailing->uncertain != NULL)
        return mg_delivery_again_choose(mailing, error);
    mg_delivery_first_arrange(mailing);
    return TRUE;
}

static void compose_and_sign(MgLot *lot)
{
    for (EACH(entry, lot)) {
        GError *failure = NULL;
        if (!compose_one(entry, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

/* Stage 7 */

static void keep_limits(MgLot *lot)
{
    for (EACH(entry, lot)) {
        GError *failure = NULL;
        if (!mg_delivery_mail_count_all(&entry->mailing, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

static void write_intents(MgLot *lot)
{
    g_autoptr(GPtrArray) mailings = g_ptr_array_new();
    GError *failure = NULL;

    for (EACH(entry, lot))
        g_ptr_array_add(mailings, &entry->mailing);
    if (!mg_delivery_intents_write((const MgMailing *const *)mailings->pdata, mailings->len,
                                   &failure))
        mg_lot_fail_all(lot, failure);
}

/* Stage 8 */

static void note_unrecorded(MgLot *lot, MgLotEntry *entry)
{
    const GError *failure = mg_stage8_record_failure(lot->record, entry->task->group);

    if (failure == NULL)
        return;
    entry->state = MG_LOT_LEFT;
    entry->how = MG_LEFT_FAILED;
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

static void record(MgLot *lot)
{
    MgWorker *worker = lot->worker;

    if (worker->site->purpose == MG_PURPOSE_SEND)
        mg_stage8_record(lot->record, worker->claim);
    while (mg_connection_depth(worker->claim) > 0)
        mg_connection_rollback(worker->claim);
    for (guint i = 0; i < lot->n_entries; i++)
        note_unrecorded(lot, &lot->entries[i]);
    for (guint i = 0; i < lot->n_entries; i++)
        if (lot->entries[i].state == MG_LOT_LEFT)
            leave(lot, &lot->entries[i]);
    note_turned_down(lot);
}

static void work_through(MgLot *lot)
{
    claim(lot);            /* 1 */
    decide(lot);           /* 2 */
    load(lot);             /* 3 */
    render(lot);           /* 4 */
    compose_and_sign(lot); /* 5, 6 */
    keep_limits(lot);
    write_intents(lot);
    mg_lot_send(lot); /* 7 */
    record(lot);      /* 8 */
}

/* The same for one mail whose delivery is uncertain: it has its intent already. */
static void work_through_again(MgLot *lot)
{
    claim_again(lot);      /* 1 */
    decide(lot);           /* 2 */
    load(lot);             /* 3 */
    render(lot);           /* 4 */
    compose_and_sign(lot); /* 5, 6 */
    keep_limits(lot);
    mg_lot_send_again(lot); /* 7 */
    record(lot);            /* 8 */
}

/* Lot after lot */

/* Parts of a division that are done, or divided further, are nobody's: they go to `over`. */
static void collect_not_done(const MgLot *lot, GPtrArray *not_done, GPtrArray *over)
{
    for (guint i = 0; i < lot->n_entries; i++) {
        const MgLotEntry *entry = &lot->entries[i];
        if (lot->end != NULL && entry->state == MG_LOT_LEFT && entry->how == MG_LEFT_SKIPPED)
            g_ptr_array_add(not_done, (gpointer)entry->task);
        else if (entry->task->is_part && entry->state != MG_LOT_PUT_BACK)
            g_ptr_array_add(over, (gpointer)entry->task);
    }
}

static gboolean do_lot(MgWorker *worker, const MgTask *const *tasks, const guint *attempts,
                       guint n_tasks, MgTurns *turns, GPtrArray *not_done, GError **error)
{
    g_autoptr(GPtrArray) over = g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);
    g_autoptr(MgLot) lot = mg_lot_new(worker, tasks, attempts, n_tasks); /* freed before them */

    if (tasks[0]->uncertain != NULL)
        work_through_again(lot);
    else
        work_through(lot);
    mg_turns_give(turns, lot);
    collect_not_done(lot, not_done, over);
    if (lot->end == NULL)
        return mg_worker_reconnect(worker, error);
    g_propagate_error(error, g_steal_pointer(&lot->end));
    return FALSE;
}

static gboolean do_turn(MgWorker *worker, MgTurns *turns, GPtrArray *not_done, GError **error)
{
    const MgTask *tasks[MG_PACE_MOST_GROUPS];
    guint attempts[MG_PACE_MOST_GROUPS];
    guint n_tasks = mg_turns_take(turns, &worker->pace, tasks, attempts);

    return do_lot(worker, tasks, attempts, n_tasks, turns, not_done, error);
}

/* The run ends before their turn. */
static void leave_rest(MgWorker *worker, MgTurns *turns, GPtrArray *not_done)
{
    for (const MgTask *task; (task = mg_turns_take_rest(turns)) != NULL;) {
        const MgLeave left = {.how = MG_LEFT_SKIPPED,
                              .because = "the run ended while it was in hand",
                              .group = task->group};
        gboolean ok = mg_stage8_leave(&left, worker->site, worker->summary, worker->claim, NULL);

        g_assert(ok); /* nothing was loaded of it */
        g_ptr_array_add(not_done, (gpointer)task);
    }
}

guint mg_notify_lot_size(const MgWorker *worker, const GPtrArray *tasks, guint first, guint n_tasks)
{
    MgGroup *groups[MG_PACE_MOST_GROUPS];
    guint n_groups = 0;

    while (n_groups < MIN(n_tasks, MG_PACE_MOST_GROUPS)) {
        const MgTask *task = g_ptr_array_index(tasks, first + n_groups);
        if (task->uncertain != NULL)
            return MAX(1, n_groups);
        groups[n_groups++] = task->group;
    }
    return mg_pace_lot(&worker->pace, groups, n_groups);
}

gboolean mg_notify_lot(MgWorker *worker, const MgTask *const *tasks, guint n_tasks,
                       GPtrArray *not_done, GError **error)
{
    g_autoptr(MgTurns) turns = mg_turns_new(worker->summary);
    guint attempts[MG_PACE_MOST_GROUPS];
    gboolean ok;

    for (guint i = 0; i < n_tasks; i++)
        attempts[i] = 1;
    ok = do_lot(worker, tasks, attempts, n_tasks, turns, not_done, error);
    while (ok && !mg_turns_are_over(turns) && !mg_stop_requested())
        ok = do_turn(worker, turns, not_done, error);
    leave_rest(worker, turns, not_done);
    return ok;
}
