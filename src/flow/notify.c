/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The way of a lot's groups, stage by stage:
 *
 *   1 claim     groups                     → their rows, locked         once a lot
 *   2 decide    formats, question          → decision                   group by group
 *   3 load      groups, fields             → events                     once a set of columns
 *   4 render    terms, request, events     → drafts                     mail by mail
 *   5 compose   draft                      → the exact bytes to sign    mail by mail
 *   6 sign      signer, draft, bytes       → mail                       mail by mail
 *   7 send      session, mail              → outcome                    mail by mail, several at once
 *   8 record    what was accepted          → committed                  once a lot
 *
 * A group that fails, is postponed, divided or put back is in hand no more: MG_LOT_EACH() passes it
 * by in all later stages. Those that are done leave in stage 8, the failed and the postponed too;
 * what is put back or divided is begun anew by another lot (handful.c).
 */
#include "flow/notify.h"

#include "base/clock.h"
#include "flow/delivery_first.h"
#include "flow/delivery_again.h"
#include "flow/delivery_intents.h"
#include "flow/lot_answer.h"
#include "flow/lot_dismiss.h"
#include "flow/lot_fit.h"
#include "flow/lot_send.h"
#include "flow/settle.h"
#include "flow/stage1_claim.h"
#include "flow/stage2_decide.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "flow/stage8_record.h"

/* Stage 1: groups → their rows, locked */

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
    MgClaim claim = MG_CLAIM_ELSEWHERE;
    gboolean is_ours;
    MgLeft how;

    if (mg_settle_spend(intent, worker->site, worker->claim, &is_ours, &failure) && is_ours)
        claim = mg_stage1_claim_again(worker->claim, worker->site->purpose, intent, &failure);
    if (claim == MG_CLAIM_HELD &&
        mg_settle_without_mail(intent, worker->site, worker->claim, &how, &failure) &&
        failure == NULL)
        mg_lot_leave(lot, entry, how);
    else if (failure != NULL)
        mg_lot_fail(lot, entry, failure);
    else
        leave_unclaimed(lot, entry, claim);
}

/* Stage 2: formats, question → decision. A Python script does stages 3 and 4 meanwhile, and 5 and 6
 * where it wants to see the mail: through its host, by the same functions. */

static void decide_one(MgLot *lot, MgLotEntry *entry)
{
    const MgSite *site = lot->worker->site;
    GError *failure = NULL;

    if (mg_lot_answer_is_known(entry))
        return;
    do { /* again by the formats after one that passes the group on */
        mg_ticket_source_expect(lot->worker->tickets, mg_lot_count(lot, entry));
        entry->decision = mg_stage2_decide(site->formats, &entry->host->question, lot->worker->busy,
                                           site->is_trial, &failure);
        if (entry->decision == NULL) {
            mg_lot_fail(lot, entry, failure);
            return;
        }
    } while (!mg_lot_answer_follow(lot, entry));
}

static void decide(MgLot *lot)
{
    for (MG_LOT_EACH(entry, lot))
        decide_one(lot, entry);
}

/* Stage 3: groups, fields → events. mg_host_load() is mg_stage3_load() for this group and all that
 * are expected to want the same. */

static gboolean wants_events(const MgLotEntry *entry)
{
    return mg_lot_answer_is_request(entry) && !mg_lot_fit_loads_itself(entry);
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
    for (MG_LOT_EACH(entry, lot))
        if (wants_events(entry))
            expect(lot, entry);
    for (MG_LOT_EACH(entry, lot)) {
        GError *failure = NULL;
        if (wants_events(entry) && !load_one(entry, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

/* Stage 4: terms, request, events → drafts, that of the group and those of its copies */

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

/* Stages 2 and 3 once more, as long as a format finds in the events that they are for the formats
 * after it. FALSE where the group needs no draft any more. */
static gboolean is_to_be_rendered(MgLot *lot, MgLotEntry *entry)
{
    while (mg_lot_answer_is_request(entry) && mg_lot_answer_pass_on(entry)) {
        GError *failure = NULL;

        decide_one(lot, entry);
        if (entry->state != MG_LOT_IN_HAND)
            return FALSE;
        if (wants_events(entry) && !load_one(entry, &failure)) {
            mg_lot_fail(lot, entry, failure);
            return FALSE;
        }
    }
    return mg_lot_answer_is_request(entry);
}

static void render(MgLot *lot)
{
    for (MG_LOT_EACH(entry, lot)) {
        GError *failure = NULL;

        if (!is_to_be_rendered(lot, entry))
            continue;
        mg_ticket_source_expect(lot->worker->tickets, mg_lot_count(lot, entry));
        if (mg_lot_fit_is_wanted(entry))
            mg_lot_fit(lot, entry);
        else if (!render_all(entry, &failure))
            mg_lot_fail(lot, entry, failure);
        g_clear_pointer(&entry->events, mg_events_free);
    }
}

/* Stages 5 and 6: draft → the exact bytes to sign → mail. What a script has composed itself is
 * taken as it is. */

static MgMail *finish(const MgDraft *draft, const MgMailing *mailing, GError **error)
{
    const MgWorker *worker = mailing->worker;
    const MgIntent *intent = mailing->uncertain;
    g_autoptr(GBytes) content = mg_stage5_compose(draft, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(worker->signer, draft, content, worker->site->further_headers,
                          intent != NULL ? intent->message_id : NULL,
                          intent != NULL ? intent->mail_date : MG_CLOCK_NONE, error);
}

static gboolean compose_one(const MgMailing *mailing, MgNotification *notification, GError **error)
{
    MgDelivery *delivery = mg_delivery_mail_add(mailing, notification, error);
    const MgDraft *draft = delivery != NULL ? mg_delivery_mail_draft(delivery) : NULL;
    MgMail *mail = draft != NULL ? finish(draft, mailing, error) : NULL;

    if (delivery == NULL || (draft != NULL && mail == NULL))
        return FALSE;
    return mg_delivery_mail_set(delivery, mailing, mail, error);
}

static gboolean compose_all(MgLotEntry *entry, GError **error)
{
    const MgMailing *mailing = &entry->mailing;

    while (entry->notifications->len > 0)
        if (!compose_one(mailing, g_ptr_array_steal_index(entry->notifications, 0), error))
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
    for (MG_LOT_EACH(entry, lot)) {
        GError *failure = NULL;
        if (!compose_all(entry, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

/* Between stages 6 and 7: the run's limits are kept, and the intents of all mails are on the disk
 * before the first can go out. */

static void keep_limits(MgLot *lot)
{
    for (MG_LOT_EACH(entry, lot)) {
        GError *failure = NULL;
        if (!mg_delivery_mail_count_all(&entry->mailing, &failure))
            mg_lot_fail(lot, entry, failure);
    }
}

static void write_intents(MgLot *lot)
{
    g_autoptr(GPtrArray) mailings = g_ptr_array_new();
    GError *failure = NULL;

    for (MG_LOT_EACH(entry, lot))
        g_ptr_array_add(mailings, &entry->mailing);
    if (!mg_delivery_intents_write((const MgMailing *const *)mailings->pdata, mailings->len,
                                   &failure))
        mg_lot_fail_all(lot, failure);
}

/* Stage 7: session, mail → outcome. mg_lot_send() hands each group to one of several sessions at
 * once; there delivery_first.h, or delivery_again.h, calls mg_stage7_send() mail by mail, and the
 * lot's record collects what was accepted. */

/* Stage 8: that record → committed. Then every group leaves, the failed and the skipped too. */

static void record(MgLot *lot)
{
    MgWorker *worker = lot->worker;

    if (worker->site->purpose == MG_PURPOSE_SEND)
        mg_stage8_record(lot->record, worker->claim);
    while (mg_connection_depth(worker->claim) > 0)
        mg_connection_rollback(worker->claim);
    mg_lot_dismiss(lot);
}

/* The list */

void mg_notify_lot(MgLot *lot)
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

void mg_notify_lot_again(MgLot *lot)
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
