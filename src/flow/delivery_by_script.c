/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_by_script.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_intents.h"
#include "mime/message_id.h"

/* A script's own send(). Nobody knows its mails before it hands them over, so they have one intent, which is
 * passed on from each to the next: the mail that has it is the last that was begun. Those before it are
 * through, those after it were not begun. So a mail whose end stays open must be the last, whatever the
 * script makes of that; and a delivery that is made again goes on behind the mail that has the intent. */
typedef struct {
    MgCourier courier; /* first */
    MgWorker *worker;
    MgDelivery *delivery; /* its mail: the last one begun */
    guint nth;            /* which that is, from 0 */
    gboolean marks;       /* no other mail of the group has recorded it */
    guint n_handed;       /* mails */
    gchar *ticket;        /* (nullable): of the first that was accepted */
    GError *open;         /* (nullable): why the end of the last is open: no further one is begun */
    MgMail *put_off;      /* (nullable): the one behind a mail that was made again */
    guint put_off_nth;
} Errand;

static gboolean is_made_again(const Errand *errand)
{
    return errand->worker->task->uncertain != NULL;
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

/* The mail in the errand's hand becomes `mail`. */
static gboolean take(Errand *errand, const MgMail *mail, guint nth, GError **error)
{
    const MgIntent *intent = errand->worker->task->uncertain;
    MgMail *fit =
        copy_with_ticket(errand, mail, intent != NULL ? intent->message_id : mail->message_id);

    fit = mg_delivery_mail_fit(fit, errand->worker->site, error);
    if (fit == NULL)
        return FALSE;
    mg_mail_free(errand->delivery->mail);
    errand->delivery->mail = fit;
    errand->nth = nth;
    return mg_delivery_mail_check_ticket(fit->ticket, error);
}

/* One that is made again has its intent. */
static gboolean begin(Errand *errand, GError **error)
{
    if (is_made_again(errand))
        return mg_delivery_intents_check_ticket(errand->delivery, errand->worker, error);
    return mg_delivery_intents_begin(errand->delivery, errand->nth, errand->marks, errand->worker,
                                     error);
}

static gboolean send(Errand *errand, GError **error)
{
    g_autoptr(MgOutcome) outcome = NULL;

    if (!begin(errand, error))
        return FALSE;
    outcome = mg_delivery_mail_send(errand->worker, errand->delivery->mail, FALSE, error);
    if (outcome != NULL && errand->ticket == NULL)
        errand->ticket = g_strdup(errand->delivery->mail->ticket);
    return outcome != NULL;
}

static gboolean send_counted(Errand *errand, GError **error)
{
    const MgWorker *worker = errand->worker;
    const MgMail *mail = errand->delivery->mail;
    g_autoptr(GError) failure = NULL;

    if (!mg_safety_count(worker->site->safety, mail, worker->task->group->n_events, error))
        return FALSE;
    if (send(errand, &failure))
        return TRUE;
    if (failure->code != MG_ERROR_UNKNOWN_OUTCOME)
        mg_safety_uncount(worker->site->safety, mail);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* What was not begun when the run was cut off cannot be begun before the intent is its own, and that is
 * locked until the mail before it is recorded as settled: the next run makes it. Where the script has drawn
 * several numbers, each was that of the uncertain mail, and this one's must be another. */
static gboolean put_off(Errand *errand, const MgMail *mail, guint nth, GError **error)
{
    const MgWorker *worker = errand->worker;
    g_autoptr(MgMail) next = NULL;

    if (errand->put_off != NULL)
        return TRUE; /* this one later still */
    next = copy_with_ticket(errand, mail, mail->message_id);
    if (worker->hand->tickets.n_given > 1 &&
        g_strcmp0(next->ticket, worker->task->uncertain->ticket) == 0) {
        g_free(next->ticket);
        next->ticket = mg_ticket_source_draw(&worker->hand->tickets, error);
        if (next->ticket == NULL)
            return FALSE;
    }
    if (!mg_delivery_mail_check_ticket(next->ticket, error))
        return FALSE;
    errand->put_off = g_steal_pointer(&next);
    errand->put_off_nth = nth;
    return TRUE;
}

static gboolean hand_over(Errand *errand, const MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->worker->task->uncertain;
    guint nth = errand->n_handed++;
    guint wanted = intent != NULL ? mg_delivery_intents_nth(intent) : nth;

    if (errand->open != NULL) {
        g_propagate_error(error, g_error_copy(errand->open));
        return FALSE;
    }
    if (nth < wanted)
        return TRUE; /* it is through */
    if (nth > wanted)
        return put_off(errand, mail, nth, error);
    return take(errand, mail, nth, error) && send_counted(errand, error);
}

static gboolean send_for_script(MgCourier *courier, const MgMail *mail, GError **error)
{
    Errand *errand = (Errand *)courier;
    g_autoptr(GError) failure = NULL;

    if (hand_over(errand, mail, &failure))
        return TRUE;
    if (errand->open == NULL && failure->code != MG_ERROR_GROUP)
        errand->open = g_error_copy(failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* What it comes to */

/* The script may be through without the mail that was to be made again. One that tells in another way than
 * by mail is owed as if it had a first mail, which never comes. */
static gboolean check_number(const Errand *errand, GError **error)
{
    const MgIntent *intent = errand->worker->task->uncertain;
    guint wanted = intent != NULL ? mg_delivery_intents_nth(intent) : 0;

    if (wanted == 0 || errand->n_handed > wanted)
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
    if (errand->courier.is_marked || errand->delivery->notification->marks.kind == MG_MARKS_NONE)
        return;
    errand->courier.is_marked = TRUE;
    errand->courier.ticket = g_strdup(errand->ticket);
}

/* A script that fails after its mail went out does not undo that: the mail would go out again with each
 * run. */
static void settle_failed_script(Errand *errand, const GError *failure)
{
    MgWorker *worker = errand->worker;

    mg_summary_count_copy_error(worker->summary);
    mg_log_error(
        "Error: the format script failed after its mail of ticket %s for %s was accepted: %s",
        errand->ticket, worker->task->group->recipient_address, failure->message);
    mark(errand);
}

/* The mails before the last are through, and what they mark is recorded; from the last on they are owed. */
static void settle_cut_off(Errand *errand, const GError *failure)
{
    MgDelivery *delivery = errand->delivery;
    MgWorker *worker = errand->worker;
    gboolean is_owed = delivery->intent_id != 0;
    g_autoptr(GError) trouble = NULL;

    mg_summary_count_copy_error(worker->summary);
    mg_log_error("Error: the format script's mails for %s end with mail %u, of ticket %s%s: %s",
                 worker->task->group->recipient_address, errand->nth + 1, delivery->mail->ticket,
                 is_owed ? ", the next run goes on there" : "", failure->message);
    mark(errand);
    if (is_owed &&
        !mg_delivery_intents_owe(delivery, errand->nth, errand->marks && !errand->courier.is_marked,
                                 errand->marks && errand->courier.is_marked, worker, &trouble))
        mg_log_warning("the next run may leave them out: %s", trouble->message);
    delivery->intent_id = 0; /* which stays */
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
    settle_failed_script(errand, failure);
    g_free(errand->courier.ticket);
    errand->courier.ticket = g_strdup(errand->ticket);
    return TRUE;
}

/* `failure` (nullable): what the script raised. FALSE where no mail of it was accepted, or an uncertain one
 * stays so. */
static gboolean settle(Errand *errand, GError *failure, GError **error)
{
    if (errand->open != NULL && (errand->ticket == NULL || is_made_again(errand))) {
        g_set_error_literal(error, MG_ERROR, errand->open->code,
                            failure != NULL ? failure->message : errand->open->message);
        return FALSE;
    }
    if (errand->open != NULL) {
        settle_cut_off(errand, failure != NULL ? failure : errand->open);
    } else if (failure != NULL && errand->ticket != NULL) {
        settle_failed_script(errand, failure);
    } else if (failure != NULL) {
        g_propagate_error(error, g_error_copy(failure));
        return FALSE;
    }
    return check_number(errand, error) && check_mark(errand, error);
}

/* The intent is that of the next mail: the group is recorded with the last. */
static gboolean pass_on(Errand *errand, GError **error)
{
    MgDelivery *delivery = errand->delivery;
    g_autoptr(MgMail) last = delivery->mail;

    delivery->mail = g_steal_pointer(&errand->put_off);
    mg_log_info("the format script's mail %u, of ticket %s, goes out with the next run",
                errand->put_off_nth + 1, delivery->mail->ticket);
    errand->courier.is_marked = FALSE;
    if (!mg_delivery_intents_put_off(delivery, errand->put_off_nth, errand->worker, error))
        return FALSE;
    delivery->intent_id = 0;
    return TRUE;
}

/* What went another way than mail is recorded all the same, as of now. */
static void note_mark(Errand *errand)
{
    MgDelivery *delivery = errand->delivery;

    delivery->notification->marks.kind = errand->courier.is_marked ? MG_MARKS_ALL : MG_MARKS_NONE;
    if (!errand->courier.is_marked)
        return;
    if (delivery->mail == NULL) {
        delivery->mail = mg_mail_new();
        delivery->mail->date = mg_clock_now() / G_USEC_PER_SEC * G_USEC_PER_SEC;
    }
    g_free(delivery->mail->ticket);
    delivery->mail->ticket = g_strdup(errand->courier.ticket);
}

gboolean mg_delivery_by_script_send(MgDelivery *delivery, gboolean marks, MgWorker *worker,
                                    GError **error)
{
    g_autoptr(GError) failure = NULL;
    MgNotification *notification = delivery->notification;
    Errand errand = {
        {.send = send_for_script}, .worker = worker, .delivery = delivery, .marks = marks};
    gboolean ok;

    notification->deliver(notification, &errand.courier, &failure);
    ok = settle(&errand, failure, error) && (errand.put_off == NULL || pass_on(&errand, error));
    if (ok)
        note_mark(&errand);
    g_free(errand.courier.ticket);
    g_free(errand.ticket);
    g_clear_error(&errand.open);
    mg_mail_free(errand.put_off);
    return ok;
}
