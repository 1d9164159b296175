/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_by_script.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_debt.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"
#include "flow/delivery_owed.h"
#include "mime/message_id.h"

/* A script's own send(). Nobody knows its mails before it hands them over, so they have one intent,
 * which is passed on from each to the next: the mail that has it is the last that was begun. Those
 * before it are through, those after it were not begun. So a mail whose end stays open must be the
 * last, whatever the script makes of that; and a delivery that is made again goes on behind the
 * mail that has the intent. Not so where only what was left of a mail is owed: then it alone is
 * made again, and all others are through. */
typedef struct {
    MgCourier courier; /* first */
    const MgMailing *mailing;
    MgDelivery *delivery; /* its mail: the last one begun */
    guint nth;            /* which that is, from 0 */
    gboolean marks;       /* no other mail of the group has marked its directives */
    guint n_handed;       /* mails */
    gchar *ticket;        /* (nullable): of the first that was accepted */
    GError *open;         /* (nullable): why the end of the last is open: no further one is begun */
    GError *refusal;      /* (nullable): what became of the last that was refused */
    MgDeliveryDebt debt;  /* to those who are to come back later */
    MgMail *put_off;      /* (nullable): the one behind a mail that was made again */
    guint put_off_nth;
} Errand;

static gboolean is_made_again(const Errand *errand)
{
    return errand->mailing->uncertain != NULL;
}

static gboolean is_alone(const Errand *errand)
{
    return is_made_again(errand) && mg_delivery_number_is_alone(errand->mailing->uncertain);
}

/* Handing over */

/* A message of its own knows no ticket number. */
static MgMail *copy_with_ticket(const Errand *errand, const MgMail *mail, const gchar *message_id)
{
    MgMail *copy = mg_message_id_replace(mail, message_id);

    if (copy->ticket == NULL)
        copy->ticket = g_strdup(errand->delivery->notification->ticket);
    return copy;
}

/* Some have it already. Where that mail is all that is owed, it must be the one. */
static gboolean keep_recipients(const Errand *errand, MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;

    if (mg_delivery_owed_keep(mail, intent) || !is_alone(errand))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "mail %u of the format script no longer goes to those who are owed it, so that "
                "ticket %s cannot be made again" MG_DELIVERY_INTENTS_HINT,
                mg_delivery_number_nth(intent) + 1, intent->ticket);
    return FALSE;
}

/* The mail in the errand's hand becomes `mail`. */
static gboolean take(Errand *errand, const MgMail *mail, guint nth, gboolean is_tried_again,
                     GError **error)
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
static gboolean begin(Errand *errand, GError **error)
{
    if (is_made_again(errand))
        return mg_delivery_intents_check_ticket(errand->delivery, errand->mailing->uncertain,
                                                error);
    return mg_delivery_debt_begin(&errand->debt, errand->delivery, errand->mailing, errand->nth,
                                  errand->marks, error);
}

static void note_outcome(Errand *errand, const gchar *handed_id)
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

static gboolean send(Errand *errand, const gchar *handed_id, GError **error)
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

static gboolean send_counted(Errand *errand, const gchar *handed_id, GError **error)
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
static gboolean put_off(Errand *errand, const MgMail *mail, guint nth, GError **error)
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

static gboolean hand_over(Errand *errand, const MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    gboolean is_tried_again = mg_delivery_debt_is_tried_again(&errand->debt, mail);
    guint nth = is_tried_again ? errand->nth : errand->n_handed++;
    guint wanted = intent != NULL ? mg_delivery_number_nth(intent) : nth;

    if (errand->open != NULL) {
        g_propagate_error(error, g_error_copy(errand->open));
        return FALSE;
    }
    if (nth < wanted || (nth > wanted && is_alone(errand)))
        return TRUE; /* it is through */
    if (nth > wanted)
        return put_off(errand, mail, nth, error);
    return check_number_is_free(nth, error) && take(errand, mail, nth, is_tried_again, error) &&
           send_counted(errand, mail->message_id, error);
}

static gboolean send_for_script(MgCourier *courier, const MgMail *mail, GError **error)
{
    Errand *errand = (Errand *)courier;
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

/* What it comes to */

/* The script may be through without the mail that was to be made again. One that tells in another
 * way than by mail is owed as if it had a first mail, which never comes. */
static gboolean check_number(const Errand *errand, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    guint wanted = intent != NULL ? mg_delivery_number_nth(intent) : 0;

    if (errand->n_handed > wanted || (wanted == 0 && !is_alone(errand)))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "the format script now sends %u mails, so that mail %u of ticket %s cannot be made "
                "again" MG_DELIVERY_INTENTS_HINT,
                errand->n_handed, wanted + 1, intent->ticket);
    return FALSE;
}

/* Where the script came to no mark, its mark_as_sent says what was meant. */
static void mark(Errand *errand)
{
    if (errand->courier.is_marked || mg_mailing_is_copy(errand->delivery))
        return;
    errand->courier.is_marked = TRUE;
    errand->courier.marks = mg_marks_copy(&errand->delivery->notification->marks);
    errand->courier.ticket = g_strdup(errand->ticket);
}

/* A script that fails after its mail went out does not undo that: the mail would go out again with
 * each run. */
static void conclude_failed(Errand *errand, const GError *failure)
{
    mg_summary_count_copy_error(errand->mailing->worker->summary);
    mg_log_error(
        "Error: the format script failed after its mail of ticket %s for %s was accepted: %s",
        errand->ticket, errand->mailing->group->recipient_address, failure->message);
    mark(errand);
}

/* The mails before the last are through, and what they mark is recorded; from the last on they are
 * owed. */
static void conclude_cut_off(Errand *errand, const GError *failure)
{
    MgDelivery *delivery = errand->delivery;
    gboolean is_owed = delivery->intent_id != 0;

    mg_summary_count_copy_error(errand->mailing->worker->summary);
    mg_log_error("Error: the format script's mails for %s end with mail %u, of ticket %s%s: %s",
                 errand->mailing->group->recipient_address, errand->nth + 1, delivery->mail->ticket,
                 is_owed ? ", the next run goes on there" : "", failure->message);
    mark(errand);
    if (is_owed)
        mg_delivery_debt_go_on_at(&errand->debt, delivery, errand->mailing, delivery->mail,
                                  errand->nth, errand->marks && !errand->courier.is_marked);
}

/* The server told the script to come back later with its last mail, and there the script ended. */
static gboolean is_put_off_by_server(const Errand *errand)
{
    return errand->debt.refusal != NULL && errand->debt.nth == errand->nth;
}

/* What was drawn or written by the script for the ticket is found unfit only now. */
static gboolean check_mark(Errand *errand, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (!errand->courier.is_marked ||
        mg_delivery_mail_check_ticket(errand->courier.ticket, &failure))
        return TRUE;
    if (errand->ticket == NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    conclude_failed(errand, failure);
    g_free(errand->courier.ticket);
    errand->courier.ticket = g_strdup(errand->ticket);
    return TRUE;
}

/* No mail of it was accepted. What the script raised hides what the server said. */
static void set_failure(const Errand *errand, const GError *failure, GError **error)
{
    GError *told = g_error_copy(failure);

    if (errand->refusal != NULL && mg_error_may_pass(errand->refusal))
        mg_error_set_may_pass(told);
    if (errand->refusal != NULL && mg_error_is_for_good(errand->refusal))
        mg_error_set_for_good(told);
    if (errand->refusal != NULL && mg_error_is_about_size(errand->refusal))
        mg_error_set_about_size(told);
    g_propagate_error(error, told);
}

/* The mail that is made again did not go out. It is owed until it is taken or refused for good,
 * whatever the script makes of that; only where mails behind it are owed as well, one that was
 * refused for good is the script's affair, as it was the first time. */
static gboolean check_made_again(const Errand *errand, const GError *failure, GError **error)
{
    const GError *refusal = errand->refusal;
    g_autoptr(GError) reason = NULL;

    if (refusal == NULL && failure == NULL)
        return check_number(errand, error);
    if (failure == NULL && !mg_error_may_pass(refusal) && !is_alone(errand))
        return TRUE;
    set_failure(errand, failure != NULL ? failure : refusal, &reason);
    if (reason->code == MG_ERROR_GROUP && !mg_error_may_pass(reason) &&
        (refusal == NULL || (is_alone(errand) && !mg_error_is_for_good(reason))))
        reason->code = MG_ERROR_UNKNOWN_OUTCOME;
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

/* `failure` (nullable): what the script raised. FALSE where no mail of it was accepted, or an
 * uncertain one stays so. */
static gboolean conclude(Errand *errand, const GError *failure, GError **error)
{
    if (errand->open != NULL && (errand->ticket == NULL || is_made_again(errand))) {
        g_set_error_literal(error, MG_ERROR, errand->open->code,
                            failure != NULL ? failure->message : errand->open->message);
        return FALSE;
    }
    if (errand->ticket == NULL && is_made_again(errand))
        return check_made_again(errand, failure, error) && check_mark(errand, error);
    if (errand->ticket == NULL && failure != NULL) {
        set_failure(errand, failure, error);
        return FALSE;
    }
    if (errand->open != NULL || (failure != NULL && is_put_off_by_server(errand)))
        conclude_cut_off(errand, failure != NULL ? failure : errand->open);
    else if (failure != NULL)
        conclude_failed(errand, failure);
    return check_number(errand, error) && check_mark(errand, error);
}

/* The intent is that of the next mail: the group is recorded with the last. */
static void pass_on(Errand *errand)
{
    mg_log_info("the format script's mail %u, of ticket %s, goes out with the next run",
                errand->put_off_nth + 1, errand->put_off->ticket);
    errand->courier.is_marked = FALSE;
    mg_delivery_debt_go_on_at(&errand->debt, errand->delivery, errand->mailing, errand->put_off,
                              errand->put_off_nth, errand->mailing->uncertain->marks_directives);
}

/* Those of `ids` that no other mail of the group marks. */
static GArray *find_unmarked(const Errand *errand, const gint64 *ids, gsize n_ids)
{
    const GPtrArray *deliveries = errand->mailing->deliveries;
    g_autoptr(GHashTable) marked = g_hash_table_new(g_int64_hash, g_int64_equal);
    GArray *unmarked = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *other = g_ptr_array_index(deliveries, i);
        for (guint k = 0; other != errand->delivery && k < other->directives->len; k++)
            g_hash_table_add(marked, &g_array_index(other->directives, gint64, k));
    }
    for (gsize i = 0; i < n_ids; i++)
        if (!g_hash_table_contains(marked, &ids[i]))
            g_array_append_val(unmarked, ids[i]);
    return unmarked;
}

/* By the script, which could have marked it: the group comes again as a whole. */
static gboolean is_left_pending(const Errand *errand)
{
    return errand->marks && !errand->courier.is_marked && !is_alone(errand);
}

/* What went another way than mail is recorded all the same, as of now. */
static void note_mark(Errand *errand)
{
    MgDelivery *delivery = errand->delivery;
    g_autoptr(GArray) unmarked = NULL;
    const gint64 *ids;
    gsize n_ids;

    if (is_left_pending(errand))
        mg_delivery_debt_drop(&errand->debt, errand->mailing);
    if (!errand->courier.is_marked || is_alone(errand)) {
        mg_delivery_debt_settle(&errand->debt, delivery, errand->mailing);
        return;
    }
    ids = mg_marks_ids(&errand->courier.marks, errand->mailing->group, &n_ids);
    unmarked = find_unmarked(errand, ids, n_ids);
    if (delivery->mail == NULL) {
        delivery->mail = mg_mail_new();
        delivery->mail->date = mg_clock_now() / G_USEC_PER_SEC * G_USEC_PER_SEC;
    }
    g_free(delivery->mail->ticket);
    delivery->mail->ticket = g_strdup(errand->courier.ticket);
    mg_stage8_record_add(errand->mailing->record, errand->mailing->group, delivery->mail,
                         (const gint64 *)unmarked->data, unmarked->len,
                         errand->debt.mail != NULL ? 0 : delivery->intent_id, FALSE);
    if (errand->debt.mail != NULL)
        mg_delivery_debt_settle(&errand->debt, delivery, errand->mailing);
    delivery->intent_id = 0;
}

/* Nobody can know what it would be. */
static void pretend(const MgDelivery *delivery, const MgMailing *mailing)
{
    const MgSite *site = mailing->worker->site;

    mg_safety_count_unseen(site->safety, mailing->group->recipient_address,
                           mailing->group->n_events);
    mg_account_tell_by_script(site->account, mailing->group, mailing->format_name,
                              delivery->notification->ticket);
}

static gboolean deliver(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GError) reason = NULL;
    MgNotification *notification = delivery->notification;
    MgBusy *busy = mailing->worker->busy;
    Errand errand = {{.send = send_for_script},
                     .mailing = mailing,
                     .delivery = delivery,
                     .marks = delivery->directives->len > 0};
    gboolean ok;

    mg_delivery_debt_init(&errand.debt);
    mg_busy_begin(busy, mailing->format_name, mailing->group, g_get_monotonic_time());
    notification->deliver(notification, &errand.courier, &failure);
    mg_busy_end(busy);
    ok = conclude(&errand, failure, &reason);
    if (ok && errand.put_off != NULL)
        pass_on(&errand);
    else if (ok)
        note_mark(&errand);
    else if (reason->code != MG_ERROR_UNKNOWN_OUTCOME)
        mg_delivery_debt_drop(&errand.debt, mailing);
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&reason));
    mg_delivery_debt_clear(&errand.debt);
    mg_outcome_free(errand.courier.outcome);
    mg_marks_clear(&errand.courier.marks);
    g_free(errand.courier.ticket);
    g_free(errand.ticket);
    g_clear_error(&errand.open);
    g_clear_error(&errand.refusal);
    mg_mail_free(errand.put_off);
    return ok;
}

gboolean mg_delivery_by_script_send(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    if (mailing->worker->site->purpose == MG_PURPOSE_SEND)
        return deliver(delivery, mailing, error);
    pretend(delivery, mailing);
    return TRUE;
}
