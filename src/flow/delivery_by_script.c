/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_by_script.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/log.h"
#include "flow/delivery_intents.h"
#include "flow/stage7_send.h"
#include "mime/message_id.h"

/* A script's own send(): it hands its mails to the courier, each with an intent of its own. */
typedef struct {
    MgCourier courier; /* first */
    MgWorker *worker;
    MgDelivery *delivery;
    gboolean is_accepted; /* one of them, at least */
} Errand;

static gboolean send_for_script(MgCourier *courier, const MgMail *mail, GError **error)
{
    Errand *errand = (Errand *)courier;
    MgDelivery *delivery = errand->delivery;
    const MgIntent *intent = errand->worker->task->uncertain;
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_autoptr(MgOutcome) outcome = NULL;
    MgMail *fit;

    fit = mg_message_id_replace(mail, intent != NULL ? intent->message_id : mail->message_id);
    fit = mg_delivery_mail_fit(fit, errand->worker->site, error);
    if (fit == NULL)
        return FALSE;
    if (fit->ticket == NULL) /* a message of its own, which knows none */
        fit->ticket = g_strdup(delivery->notification->ticket);
    mg_mail_free(delivery->mail);
    delivery->mail = fit;
    delivery->is_counted = mg_safety_count(errand->worker->site->safety, fit,
                                           errand->worker->host.group->n_events, error);
    if (!delivery->is_counted)
        return FALSE;
    g_ptr_array_add(one, delivery);
    if (!mg_delivery_mail_check_ticket(delivery->mail->ticket, error))
        return FALSE;
    if (delivery->intent_id == 0 && mg_delivery_intents_are_kept(errand->worker) &&
        !mg_delivery_intents_write(one, errand->worker, error))
        return FALSE;
    outcome = mg_stage7_send(errand->worker, delivery->mail, FALSE, error);
    if (outcome == NULL)
        return FALSE;
    errand->is_accepted = TRUE;
    return TRUE;
}

/* A script that fails after its mail went out does not undo that: the mail would go out again with each
 * run. Where it came to no mark, its mark_as_sent says what was meant. */
static void settle_failed_script(Errand *errand, const GError *failure)
{
    MgCourier *courier = &errand->courier;
    MgWorker *worker = errand->worker;

    mg_summary_count_copy_error(worker->summary);
    mg_log_error(
        "Error: the format script failed after its mail of ticket %s for %s was accepted: %s",
        errand->delivery->mail->ticket, worker->host.group->recipient_address, failure->message);
    if (courier->is_marked || !errand->delivery->notification->is_recorded)
        return;
    courier->is_marked = TRUE;
    courier->ticket = g_strdup(errand->delivery->mail->ticket);
}

gboolean mg_delivery_by_script_send(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    g_autoptr(GError) failure = NULL;
    MgNotification *notification = delivery->notification;
    Errand errand = {{.send = send_for_script}, worker, delivery, FALSE};
    gboolean sent = notification->deliver(notification, &errand.courier, &failure);

    if (!sent && errand.is_accepted) {
        settle_failed_script(&errand, failure);
        sent = TRUE;
    } else if (!sent) {
        g_propagate_error(error, g_steal_pointer(&failure));
    }
    notification->is_recorded = sent && errand.courier.is_marked;
    /* What went another way than mail is recorded all the same, as of now. */
    if (notification->is_recorded && delivery->mail == NULL) {
        delivery->mail = mg_mail_new();
        delivery->mail->date = mg_clock_now() / G_USEC_PER_SEC * G_USEC_PER_SEC;
    }
    if (notification->is_recorded) {
        g_free(delivery->mail->ticket);
        delivery->mail->ticket = g_steal_pointer(&errand.courier.ticket);
    }
    g_free(errand.courier.ticket);
    return sent;
}
