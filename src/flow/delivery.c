/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_by_script.h"
#include "flow/delivery_intents.h"
#include "flow/stage8_record.h"

GPtrArray *mg_delivery_list_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)mg_delivery_mail_free);
}

/* Where a delivery is made again, it alone goes out. */
static gboolean is_wanted(const MgWorker *worker, guint position)
{
    const MgIntent *intent = worker->task->uncertain;

    return intent == NULL || mg_delivery_intents_position(intent) == position;
}

static gboolean has_room(const GPtrArray *deliveries, GError **error)
{
    if (deliveries->len < MG_DELIVERY_INTENTS_POSITIONS)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "the format makes more than %u mails of one group",
                MG_DELIVERY_INTENTS_POSITIONS);
    return FALSE;
}

gboolean mg_delivery_list_add(GPtrArray *deliveries, MgWorker *worker, MgNotification *notification,
                              GError **error)
{
    MgDelivery *delivery;

    if (notification == NULL)
        return FALSE;
    delivery = g_new0(MgDelivery, 1);
    delivery->notification = notification;
    delivery->position = deliveries->len;
    g_ptr_array_add(deliveries, delivery);
    if (!has_room(deliveries, error))
        return FALSE;
    return !is_wanted(worker, delivery->position) || mg_delivery_mail_make(delivery, worker, error);
}

static gboolean count(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    delivery->is_counted =
        mg_safety_count(worker->site->safety, delivery->mail, worker->task->group->n_events, error);
    return delivery->is_counted;
}

static void uncount_from(GPtrArray *deliveries, guint first, MgWorker *worker)
{
    for (guint i = first; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->is_counted)
            mg_safety_uncount(worker->site->safety, delivery->mail);
        delivery->is_counted = FALSE;
    }
}

/* All mails of the group or none: it must not be cut in two by a limit. */
static gboolean count_all(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->mail == NULL || count(delivery, worker, error))
            continue;
        uncount_from(deliveries, 0, worker);
        return FALSE;
    }
    return TRUE;
}

/* `recorded`: the group is. */
static gboolean send_one(MgDelivery *delivery, gboolean recorded, MgWorker *worker, GError **error)
{
    g_autoptr(MgOutcome) outcome = NULL;

    if (delivery->notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(delivery->notification->failure));
        return FALSE;
    }
    if (delivery->mail == NULL && worker->site->purpose == MG_PURPOSE_SEND)
        return mg_delivery_by_script_send(delivery, !recorded, worker, error);
    if (delivery->mail == NULL) {
        mg_safety_count_unseen(worker->site->safety, worker->task->group->recipient_address,
                               worker->task->group->n_events);
        mg_account_tell_by_script(worker->site->account, worker->task->group, worker->format_name,
                                  delivery->notification->ticket);
        return TRUE;
    }
    outcome = mg_delivery_mail_send(worker, delivery->mail,
                                    delivery->notification->marks.kind == MG_MARKS_NONE, error);
    return outcome != NULL;
}

/* A copy whose failure may pass keeps its intent, so that the next run delivers it. */
static void settle_failed_copy(MgWorker *worker, MgDelivery *delivery, const GError *failure)
{
    gboolean is_final = g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP);
    gboolean comes_again = !is_final && delivery->intent_id != 0;

    mg_summary_count_copy_error(worker->summary);
    mg_account_tell_copy_failed(worker->site->account, worker->task->group, delivery->mail,
                                failure);
    if (worker->site->purpose == MG_PURPOSE_PREVIEW)
        return;
    mg_log_error("Error: a copy for %s failed%s: %s", worker->task->group->recipient_address,
                 comes_again ? ", the next run delivers it" : "", failure->message);
    if (is_final)
        mg_delivery_intents_forget(worker, delivery);
}

/* Not so where the mail that marks the group is uncertain as well, and still to come. */
static gboolean is_group_recorded(const MgWorker *worker)
{
    return worker->task->uncertain == NULL || worker->task->uncertain->n_pending == 0;
}

static gboolean settle_accepted(MgWorker *worker, MgDelivery *delivery, gboolean *recorded,
                                GError **error)
{
    mg_summary_count_mail(worker->summary);
    if (*recorded && delivery->notification->marks.kind != MG_MARKS_NONE &&
        delivery->mail != NULL && is_group_recorded(worker))
        mg_stage8_record_number(worker, delivery->mail, &delivery->intent_id);
    if (delivery->notification->marks.kind == MG_MARKS_NONE || *recorded ||
        delivery->mail == NULL) {
        mg_delivery_intents_forget(worker, delivery);
        return TRUE;
    }
    *recorded = mg_stage8_record(worker, delivery->mail, delivery->intent_id, error);
    delivery->intent_id = 0;
    return *recorded;
}

/* A mail that fails before the group is recorded fails the group: the intents of it and of the mails
 * after it go, unless it may have been accepted. An intent of an earlier run stays: that delivery is
 * as uncertain as before. */
static void give_up(GPtrArray *deliveries, guint first, MgWorker *worker, const GError *failure)
{
    if (worker->task->uncertain == NULL &&
        !g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        mg_delivery_intents_forget_from(deliveries, first, worker);
    if (!g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        uncount_from(deliveries, first, worker);
}

/* A copy that is made again and fails for a while stays as uncertain as it was. */
static gboolean is_copy_failure(const MgWorker *worker, const GError *failure)
{
    return worker->task->uncertain == NULL || g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP);
}

/* Of two that would mark the group rather the one that surely does: a script's own send() may not. */
static guint find_what_marks(const GPtrArray *deliveries)
{
    guint found = 0;
    const MgDelivery *marking = NULL;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->notification->marks.kind == MG_MARKS_NONE ||
            (marking != NULL && (marking->mail != NULL || delivery->mail == NULL)))
            continue;
        marking = delivery;
        found = i;
    }
    return found;
}

/* A copy that went out before the mail that marks the group would go out again with each attempt, as long
 * as that one fails. Previews keep the order of the format. */
static void put_first_what_marks(GPtrArray *deliveries)
{
    g_ptr_array_insert(deliveries, 0,
                       g_ptr_array_steal_index(deliveries, find_what_marks(deliveries)));
}

gboolean mg_delivery_list_deliver(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    gboolean recorded = intent != NULL && !intent->marks_directives;

    if (!mg_delivery_mail_number_copies(deliveries, worker, error))
        return FALSE;
    mg_delivery_mail_tell_apart(deliveries);
    if (worker->site->purpose == MG_PURPOSE_SEND && intent == NULL && deliveries->len > 0)
        put_first_what_marks(deliveries);
    if (!count_all(deliveries, worker, error))
        return FALSE;
    if (!mg_delivery_intents_write_all(deliveries, worker, error)) {
        uncount_from(deliveries, 0, worker);
        return FALSE;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        g_autoptr(GError) failure = NULL;

        if (send_one(delivery, recorded, worker, &failure)) {
            if (!settle_accepted(worker, delivery, &recorded, error))
                return FALSE;
        } else if (recorded && is_copy_failure(worker, failure)) {
            settle_failed_copy(worker, delivery, failure);
        } else {
            give_up(deliveries, i, worker, failure);
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
    }
    return TRUE;
}
