/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_by_script.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"
#include "mime/message_id.h"

/* A script's own send(). Nobody knows its mails before it hands them over, so they have one intent,
 * which is passed on from each to the next: the mail that has it is the last that was begun. Those
 * before it are through, those after it were not begun. So a mail whose end stays open must be the
 * last, whatever the script makes of that; and a delivery that is made again goes on behind the
 * mail that has the intent. */
typedef struct {
    MgCourier courier; /* first */
    const MgMailing *mailing;
    MgDelivery *delivery; /* its mail: the last one begun */
    guint nth;            /* which that is, from 0 */
    gboolean marks;       /* no other mail of the group has marked its directives */
    guint n_handed;       /* mails */
    gchar *ticket;        /* (nullable): of the first that was accepted */
    GError *open;         /* (nullable): why the end of the last is open: no further one is begun */
    gboolean may_pass;    /* what became of the last that was refused */
    gboolean is_for_good; /* likewise */
    gboolean is_about_size; /* likewise */
    MgMail *put_off;        /* (nullable): the one behind a mail that was made again */
    guint put_off_nth;
} Errand;

static gboolean is_made_again(const Errand *errand)
{
    return errand->mailing->uncertain != NULL;
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
    const MgIntent *intent = errand->mailing->uncertain;
    MgMail *fit =
        copy_with_ticket(errand, mail, intent != NULL ? intent->message_id : mail->message_id);

    fit = mg_delivery_mail_fit(fit, errand->mailing->worker->site, error);
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
        return mg_delivery_intents_check_ticket(errand->delivery, errand->mailing->uncertain,
                                                error);
    return mg_delivery_intents_begin(errand->delivery, errand->mailing, errand->nth, errand->marks,
                                     error);
}

static gboolean send(Errand *errand, GError **error)
{
    MgOutcome *outcome;

    if (!begin(errand, error))
        return FALSE;
    outcome = mg_delivery_mail_send(errand->delivery, errand->mailing, error);
    errand->courier.outcome = outcome;
    errand->delivery->is_accepted = errand->delivery->is_accepted || outcome != NULL;
    /* Their intent goes on to the next mail, so that nobody can be owed this one; the script is
     * told. */
    for (guint i = 0; outcome != NULL && i < outcome->refusals->len; i++)
        mg_summary_count_copy_error(errand->mailing->worker->summary);
    if (outcome != NULL && errand->ticket == NULL)
        errand->ticket = g_strdup(errand->delivery->mail->ticket);
    return outcome != NULL;
}

static gboolean send_counted(Errand *errand, GError **error)
{
    MgSafety *safety = errand->mailing->worker->site->safety;
    const MgMail *mail = errand->delivery->mail;
    g_autoptr(GError) failure = NULL;

    if (!mg_safety_count(safety, mail, errand->mailing->group->n_events, error))
        return FALSE;
    if (send(errand, &failure))
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

static gboolean hand_over(Errand *errand, const MgMail *mail, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    guint nth = errand->n_handed++;
    guint wanted = intent != NULL ? mg_delivery_number_nth(intent) : nth;

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

    g_clear_pointer(&courier->outcome, mg_outcome_free);
    if (hand_over(errand, mail, &failure))
        return TRUE;
    errand->may_pass = mg_error_may_pass(failure);
    errand->is_for_good = mg_error_is_for_good(failure);
    errand->is_about_size = mg_error_is_about_size(failure);
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

/* The intent is that of `mail`, for the next run: together with the record of the group, or not at
 * all. */
static void owe(Errand *errand, const MgMail *mail, guint nth, gboolean marks)
{
    MgDelivery *delivery = errand->delivery;
    MgIntentMail next = mg_delivery_intents_describe(delivery, errand->mailing, mail, nth, marks);

    mg_stage8_record_owe(errand->mailing->record, errand->mailing->group, delivery->intent_id,
                         &next);
    delivery->intent_id = 0;
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
        owe(errand, delivery->mail, errand->nth, errand->marks && !errand->courier.is_marked);
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

/* The script has made another error of what became of its mail. */
static void qualify(const Errand *errand, GError *failure)
{
    if (errand->may_pass)
        mg_error_set_may_pass(failure);
    if (errand->is_for_good)
        mg_error_set_for_good(failure);
    if (errand->is_about_size)
        mg_error_set_about_size(failure);
}

/* `failure` (nullable): what the script raised. FALSE where no mail of it was accepted, or an
 * uncertain one stays so. */
static gboolean conclude(Errand *errand, GError *failure, GError **error)
{
    if (errand->open != NULL && (errand->ticket == NULL || is_made_again(errand))) {
        g_set_error_literal(error, MG_ERROR, errand->open->code,
                            failure != NULL ? failure->message : errand->open->message);
        return FALSE;
    }
    if (errand->open != NULL) {
        conclude_cut_off(errand, failure != NULL ? failure : errand->open);
    } else if (failure != NULL && errand->ticket != NULL) {
        conclude_failed(errand, failure);
    } else if (failure != NULL) {
        if (failure->domain == MG_ERROR)
            qualify(errand, failure);
        g_propagate_error(error, g_error_copy(failure));
        return FALSE;
    }
    return check_number(errand, error) && check_mark(errand, error);
}

/* The intent is that of the next mail: the group is recorded with the last. */
static void pass_on(Errand *errand)
{
    mg_log_info("the format script's mail %u, of ticket %s, goes out with the next run",
                errand->put_off_nth + 1, errand->put_off->ticket);
    errand->courier.is_marked = FALSE;
    owe(errand, errand->put_off, errand->put_off_nth, errand->mailing->uncertain->marks_directives);
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

/* What went another way than mail is recorded all the same, as of now. */
static void note_mark(Errand *errand)
{
    MgDelivery *delivery = errand->delivery;
    g_autoptr(GArray) unmarked = NULL;
    const gint64 *ids;
    gsize n_ids;

    if (!errand->courier.is_marked) {
        mg_delivery_intents_settle(delivery, errand->mailing);
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
                         (const gint64 *)unmarked->data, unmarked->len, delivery->intent_id, FALSE);
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
    MgNotification *notification = delivery->notification;
    MgBusy *busy = mailing->worker->busy;
    Errand errand = {{.send = send_for_script},
                     .mailing = mailing,
                     .delivery = delivery,
                     .marks = delivery->directives->len > 0};
    gboolean ok;

    mg_busy_begin(busy, mailing->format_name, mailing->group, g_get_monotonic_time());
    notification->deliver(notification, &errand.courier, &failure);
    mg_busy_end(busy);
    ok = conclude(&errand, failure, error);
    if (ok && errand.put_off != NULL)
        pass_on(&errand);
    else if (ok)
        note_mark(&errand);
    mg_outcome_free(errand.courier.outcome);
    mg_marks_clear(&errand.courier.marks);
    g_free(errand.courier.ticket);
    g_free(errand.ticket);
    g_clear_error(&errand.open);
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
