/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_errand.h"

#include "base/error.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"
#include "flow/delivery_owed.h"
#include "mime/message_id.h"

gboolean mg_delivery_errand_is_made_again(const MgDeliveryErrand *errand)
{
    return errand->mailing->uncertain != NULL;
}

gboolean mg_delivery_errand_is_alone(const MgDeliveryErrand *errand)
{
    return mg_delivery_errand_is_made_again(errand) &&
           mg_delivery_number_is_alone(errand->mailing->uncertain);
}

/* A message of its own knows no ticket number. */
static MgMail *copy_with_ticket(const MgDeliveryErrand *errand, const MgMail *mail,
                                const gchar *message_id)
{
    MgMail *copy = mg_message_id_replace(mail, message_id);

    if (copy->ticket == NULL)
        copy->ticket = g_strdup(errand->delivery->notification->ticket);
    return copy;
}

/* Some have it already. Where that mail is all that is owed, it must be the one. */
static gboolean keep_recipients(const MgDeliveryErrand *errand, MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;

    if (mg_delivery_owed_limit(mail, intent) || !mg_delivery_errand_is_alone(errand))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "mail %u of the format script no longer goes to those who are owed it, so that "
                "ticket %s cannot be made again" MG_DELIVERY_INTENTS_HINT,
                mg_delivery_number_nth(intent) + 1, intent->ticket);
    return FALSE;
}

/* The mail in the errand's hand becomes `mail`. */
static gboolean take(MgDeliveryErrand *errand, const MgMail *mail, guint nth,
                     gboolean is_tried_again, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    MgMail *fit =
        copy_with_ticket(errand, mail, intent != NULL ? intent->message_id : mail->message_id);

    fit = mg_delivery_mail_fit(fit, errand->mailing->worker->site, error);
    if (fit == NULL)
        return FALSE;
    mg_mail_free(errand->delivery->mail);
    errand->delivery->mail = fit;
    errand->nth = nth;
    if (intent != NULL && !is_tried_again && !keep_recipients(errand, fit, error))
        return FALSE;
    return mg_delivery_mail_check_ticket(fit->ticket, error);
}

/* One that is made again has its intent. */
static gboolean begin(MgDeliveryErrand *errand, GError **error)
{
    if (mg_delivery_errand_is_made_again(errand))
        return mg_delivery_intents_check_ticket(errand->delivery, errand->mailing->uncertain,
                                                error);
    return mg_delivery_debt_begin(&errand->debt, errand->delivery, errand->mailing, errand->nth,
                                  errand->marks, error);
}

static void note_outcome(MgDeliveryErrand *errand, const gchar *handed_id)
{
    const MgOutcome *outcome = errand->courier.outcome;
    MgDelivery *delivery = errand->delivery;

    delivery->is_accepted = TRUE;
    if (errand->ticket == NULL)
        errand->ticket = g_strdup(delivery->mail->ticket);
    for (guint i = 0; i < outcome->refusals->len; i++)
        mg_summary_count_copy_error(errand->mailing->worker->summary);
    if (delivery->intent_id != 0)
        mg_delivery_debt_note_accepted(&errand->debt, delivery->mail, handed_id, errand->nth,
                                       outcome);
}

static gboolean send(MgDeliveryErrand *errand, const gchar *handed_id, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (!begin(errand, error))
        return FALSE;
    errand->courier.outcome = mg_delivery_mail_send(errand->delivery, errand->mailing, &failure);
    if (errand->courier.outcome != NULL) {
        note_outcome(errand, handed_id);
        return TRUE;
    }
    if (errand->delivery->intent_id != 0)
        mg_delivery_debt_note_refused(&errand->debt, errand->delivery->mail, handed_id, errand->nth,
                                      failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean send_counted(MgDeliveryErrand *errand, const gchar *handed_id, GError **error)
{
    MgSafety *safety = errand->mailing->worker->site->safety;
    const MgMail *mail = errand->delivery->mail;
    g_autoptr(GError) failure = NULL;

    if (!mg_safety_count(safety, mail, errand->mailing->group->n_events, error))
        return FALSE;
    if (send(errand, handed_id, &failure))
        return TRUE;
    if (failure->code != MG_ERROR_UNKNOWN_OUTCOME)
        mg_safety_uncount(safety, mail);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* What was not begun when the run was cut off cannot be begun before the intent is its own, and
 * that is locked until the mail before it is recorded as settled: the next run makes it. Where the
 * script has drawn several numbers, each was that of the uncertain mail, and this one's must be
 * another. */
static gboolean put_off(MgDeliveryErrand *errand, const MgMail *mail, guint nth, GError **error)
{
    MgTicketSource *tickets = errand->mailing->tickets;
    g_autoptr(MgMail) next = NULL;

    if (errand->put_off != NULL)
        return TRUE; /* this one later still */
    next = copy_with_ticket(errand, mail, mail->message_id);
    if (tickets->n_given > 1 && g_strcmp0(next->ticket, errand->mailing->uncertain->ticket) == 0) {
        g_free(next->ticket);
        next->ticket = mg_ticket_source_draw(tickets, error);
        if (next->ticket == NULL)
            return FALSE;
    }
    if (!mg_delivery_mail_check_ticket(next->ticket, error))
        return FALSE;
    errand->put_off = g_steal_pointer(&next);
    errand->put_off_nth = nth;
    return TRUE;
}

static gboolean check_number_is_free(guint nth, GError **error)
{
    if (nth < MG_DELIVERY_NUMBER_MAILS)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "the format script sends more than %u mails of one group",
                MG_DELIVERY_NUMBER_MAILS);
    return FALSE;
}

static gboolean hand_over(MgDeliveryErrand *errand, const MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    gboolean is_tried_again = mg_delivery_debt_is_tried_again(&errand->debt, mail);
    guint nth = is_tried_again ? errand->nth : errand->n_handed++;
    guint wanted = intent != NULL ? mg_delivery_number_nth(intent) : nth;

    if (errand->open != NULL) {
        g_propagate_error(error, g_error_copy(errand->open));
        return FALSE;
    }
    if (nth < wanted || (nth > wanted && mg_delivery_errand_is_alone(errand)))
        return TRUE; /* it is through */
    if (nth > wanted)
        return put_off(errand, mail, nth, error);
    return check_number_is_free(nth, error) && take(errand, mail, nth, is_tried_again, error) &&
           send_counted(errand, mail->message_id, error);
}

static gboolean send_for_script(MgCourier *courier, const MgMail *mail, GError **error)
{
    MgDeliveryErrand *errand = (MgDeliveryErrand *)courier;
    g_autoptr(GError) failure = NULL;

    g_clear_pointer(&courier->outcome, mg_outcome_free);
    if (hand_over(errand, mail, &failure))
        return TRUE;
    g_clear_error(&errand->refusal);
    errand->refusal = g_error_copy(failure);
    if (errand->open == NULL && failure->code != MG_ERROR_GROUP)
        errand->open = g_error_copy(failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

void mg_delivery_errand_init(MgDeliveryErrand *errand, MgDelivery *delivery,
                             const MgMailing *mailing)
{
    *errand = (MgDeliveryErrand){.courier = {.send = send_for_script},
                                 .mailing = mailing,
                                 .delivery = delivery,
                                 .marks = delivery->directives->len > 0};
    mg_delivery_debt_init(&errand->debt);
}

void mg_delivery_errand_clear(MgDeliveryErrand *errand)
{
    mg_delivery_debt_clear(&errand->debt);
    g_clear_pointer(&errand->courier.outcome, mg_outcome_free);
    mg_marks_clear(&errand->courier.marks);
    g_clear_pointer(&errand->courier.ticket, g_free);
    g_clear_pointer(&errand->ticket, g_free);
    g_clear_error(&errand->open);
    g_clear_error(&errand->refusal);
    g_clear_pointer(&errand->put_off, mg_mail_free);
}
