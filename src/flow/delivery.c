/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_intents.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "flow/stage7_send.h"
#include "flow/stage8_record.h"
#include "mime/message_id.h"

#define LONGEST_TICKET 18 /* characters: sent.intelmq_ticket */

static void delivery_free(gpointer data)
{
    MgDelivery *delivery = data;

    mg_notification_free(delivery->notification);
    mg_mail_free(delivery->mail);
    g_free(delivery);
}

GPtrArray *mg_delivery_list_new(void)
{
    return g_ptr_array_new_with_free_func(delivery_free);
}

/* Whether a mail of that number goes out: where a delivery is made again, only that one does. */
static gboolean is_wanted(const MgWorker *worker, guint number)
{
    const MgIntent *intent = worker->task->uncertain;

    return intent == NULL || intent->mail_number == number;
}

static MgMail *finish(MgWorker *worker, const MgDraft *draft, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    g_autoptr(GBytes) content = mg_stage5_compose(worker, draft, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(worker, draft, content, intent != NULL ? intent->message_id : NULL,
                          intent != NULL ? intent->mail_date : MG_CLOCK_NONE, error);
}

/* Bounces of what goes out in the site's name go where the site wants them, whoever made the mail. */
static void set_envelope_from(const MgSite *site, MgMail *mail)
{
    if (site->sender_address == NULL ||
        g_ascii_strcasecmp(mail->envelope_from, site->sender_address) != 0)
        return;
    g_free(mail->envelope_from);
    mail->envelope_from = g_strdup(site->settings->envelope_from);
}

/* What holds for every mail, however it was made. Takes `mail` (nullable) over. */
static MgMail *make_fit(MgMail *mail, const MgSite *site, GError **error)
{
    if (mail == NULL)
        return NULL;
    set_envelope_from(site, mail);
    return mg_safety_apply(site->safety, mail, error);
}

/* Scripts choose the text themselves. It must fit into table sent, since that is found out only after
 * the mail was accepted, and into a line of the log. */
static gboolean check_ticket(const MgMail *mail, GError **error)
{
    g_autofree gchar *quoted = NULL;
    glong length = mail->ticket != NULL ? g_utf8_strlen(mail->ticket, -1) : 0;

    for (const gchar *at = mail->ticket; length > 0 && *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            length = 0;
    if (length > 0 && length <= LONGEST_TICKET)
        return TRUE;
    quoted = mg_error_quote(mail->ticket);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "the ticket number of a mail is %s: 1 to %d characters of text are wanted", quoted,
                LONGEST_TICKET);
    return FALSE;
}

static gboolean make_mail(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    MgNotification *notification = delivery->notification;
    const MgIntent *intent = worker->task->uncertain;

    if (notification->failure != NULL && !notification->is_recorded)
        return TRUE; /* a copy: told when its turn comes */
    if (notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(notification->failure));
        return FALSE;
    }
    if (notification->draft != NULL)
        delivery->mail = finish(worker, notification->draft, error);
    else if (notification->mail != NULL && intent != NULL)
        delivery->mail = mg_message_id_replace(notification->mail, intent->message_id);
    else if (notification->mail != NULL)
        delivery->mail = g_steal_pointer(&notification->mail);
    else
        return TRUE; /* it delivers itself */
    delivery->mail = make_fit(g_steal_pointer(&delivery->mail), worker->site, error);
    return delivery->mail != NULL && check_ticket(delivery->mail, error);
}

gboolean mg_delivery_list_add(GPtrArray *deliveries, MgWorker *worker, MgNotification *notification,
                              GError **error)
{
    MgDelivery *delivery;

    if (notification == NULL)
        return FALSE;
    delivery = g_new0(MgDelivery, 1);
    delivery->notification = notification;
    delivery->number = deliveries->len;
    g_ptr_array_add(deliveries, delivery);
    return !is_wanted(worker, delivery->number) || make_mail(delivery, worker, error);
}

static gboolean count(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    delivery->is_counted =
        mg_safety_count(worker->site->safety, delivery->mail, worker->host.group->n_events, error);
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
    fit = make_fit(fit, errand->worker->site, error);
    if (fit == NULL)
        return FALSE;
    if (fit->ticket == NULL) /* a message of its own, which knows none */
        fit->ticket = g_strdup(delivery->notification->ticket);
    mg_mail_free(delivery->mail);
    delivery->mail = fit;
    if (!count(delivery, errand->worker, error))
        return FALSE;
    g_ptr_array_add(one, delivery);
    if (!check_ticket(delivery->mail, error))
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

static gboolean send_by_script(MgDelivery *delivery, MgWorker *worker, GError **error)
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

static gboolean send_one(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    g_autoptr(MgOutcome) outcome = NULL;

    if (delivery->notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(delivery->notification->failure));
        return FALSE;
    }
    if (delivery->mail == NULL && worker->site->purpose == MG_PURPOSE_SEND)
        return send_by_script(delivery, worker, error);
    if (delivery->mail == NULL) {
        mg_safety_count_unseen(worker->site->safety, worker->host.group->recipient_address,
                               worker->host.group->n_events);
        mg_account_tell_by_script(worker->site->account, worker->host.group, worker->format_name,
                                  delivery->notification->ticket);
        return TRUE;
    }
    outcome = mg_stage7_send(worker, delivery->mail, !delivery->notification->is_recorded, error);
    return outcome != NULL;
}

/* A copy whose failure may pass keeps its intent, so that the next run delivers it. */
static void settle_failed_copy(MgWorker *worker, MgDelivery *delivery, const GError *failure)
{
    gboolean is_final = g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP);
    gboolean comes_again = !is_final && delivery->intent_id != 0;

    mg_summary_count_copy_error(worker->summary);
    mg_account_tell_copy_failed(worker->site->account, worker->host.group, delivery->mail, failure);
    if (worker->site->purpose == MG_PURPOSE_PREVIEW)
        return;
    mg_log_error("Error: a copy for %s failed%s: %s", worker->host.group->recipient_address,
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
    if (*recorded && delivery->notification->is_recorded && delivery->mail != NULL &&
        is_group_recorded(worker))
        mg_stage8_record_number(worker, delivery->mail, &delivery->intent_id);
    if (!delivery->notification->is_recorded || *recorded || delivery->mail == NULL) {
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

/* A copy that went out before the mail that marks the group would go out again with each attempt, as long
 * as that one fails. Previews keep the order of the format. */
static void put_first_what_marks(GPtrArray *deliveries)
{
    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (!delivery->notification->is_recorded)
            continue;
        g_ptr_array_insert(deliveries, 0, g_ptr_array_steal_index(deliveries, i));
        return;
    }
}

gboolean mg_delivery_list_deliver(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    gboolean recorded = intent != NULL && !intent->marks_directives;

    if (!count_all(deliveries, worker, error))
        return FALSE;
    if (!mg_delivery_intents_write_all(deliveries, worker, error)) {
        uncount_from(deliveries, 0, worker);
        return FALSE;
    }
    if (worker->site->purpose == MG_PURPOSE_SEND)
        put_first_what_marks(deliveries);
    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        g_autoptr(GError) failure = NULL;

        if (send_one(delivery, worker, &failure)) {
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
