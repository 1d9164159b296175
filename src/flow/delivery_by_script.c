/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_by_script.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_errand.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"

/* The script may be through without the mail that was to be made again. One that tells in another
 * way than by mail is owed as if it had a first mail, which never comes. */
static gboolean check_number(const MgDeliveryErrand *errand, GError **error)
{
    const MgIntent *intent = errand->mailing->uncertain;
    guint wanted = intent != NULL ? mg_delivery_number_nth(intent) : 0;

    if (errand->n_handed > wanted || (wanted == 0 && !mg_delivery_errand_is_alone(errand)))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "the format script now sends %u mails, so that mail %u of ticket %s cannot be made "
                "again" MG_DELIVERY_INTENTS_HINT,
                errand->n_handed, wanted + 1, intent->ticket);
    return FALSE;
}

/* Where the script came to no mark, its mark_as_sent says what was meant. */
static void mark(MgDeliveryErrand *errand)
{
    if (errand->courier.is_marked || mg_mailing_is_copy(errand->delivery))
        return;
    errand->courier.is_marked = TRUE;
    errand->courier.marks = mg_marks_copy(&errand->delivery->notification->marks);
    errand->courier.ticket = g_strdup(errand->ticket);
}

/* A script that fails after its mail went out does not undo that: the mail would go out again with
 * each run. */
static void conclude_failed(MgDeliveryErrand *errand, const GError *failure)
{
    mg_summary_count_copy_error(errand->mailing->worker->summary);
    mg_log_error(
        "Error: the format script failed after its mail of ticket %s for %s was accepted: %s",
        errand->ticket, errand->mailing->group->recipient_address, failure->message);
    mark(errand);
}

/* The mails before the last are through, and what they mark is recorded; from the last on they are
 * owed. */
static void conclude_cut_off(MgDeliveryErrand *errand, const GError *failure)
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
                                  errand->nth, errand->marks && !errand->courier.is_marked,
                                  errand->open != NULL);
}

/* The server told the script to come back later with its last mail, and there the script ended.
 * Behind one that is owed alone no mail is to come. */
static gboolean is_put_off_by_server(const MgDeliveryErrand *errand)
{
    return errand->debt.refusal != NULL && errand->debt.nth == errand->nth &&
           !mg_delivery_errand_is_alone(errand);
}

/* What was drawn or written by the script for the ticket is found unfit only now. */
static gboolean check_mark(MgDeliveryErrand *errand, GError **error)
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
static void set_failure(const MgDeliveryErrand *errand, const GError *failure, GError **error)
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
static gboolean check_made_again(const MgDeliveryErrand *errand, const GError *failure,
                                 GError **error)
{
    const GError *refusal = errand->refusal;
    g_autoptr(GError) reason = NULL;

    if (refusal == NULL && failure == NULL)
        return check_number(errand, error);
    if (failure == NULL && !mg_error_may_pass(refusal) && !mg_delivery_errand_is_alone(errand))
        return TRUE;
    set_failure(errand, failure != NULL ? failure : refusal, &reason);
    if (reason->code == MG_ERROR_GROUP && !mg_error_may_pass(reason) &&
        (refusal == NULL || (mg_delivery_errand_is_alone(errand) && !mg_error_is_for_good(reason))))
        reason->code = MG_ERROR_UNKNOWN_OUTCOME;
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

/* `failure` (nullable): what the script raised. FALSE where no mail of it was accepted, or an
 * uncertain one stays so. */
static gboolean conclude(MgDeliveryErrand *errand, const GError *failure, GError **error)
{
    if (errand->open != NULL &&
        (errand->ticket == NULL || mg_delivery_errand_is_made_again(errand))) {
        g_set_error_literal(error, MG_ERROR, errand->open->code,
                            failure != NULL ? failure->message : errand->open->message);
        return FALSE;
    }
    if (errand->ticket == NULL && mg_delivery_errand_is_made_again(errand))
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
static void pass_on(MgDeliveryErrand *errand)
{
    mg_log_info("the format script's mail %u, of ticket %s, goes out with the next run",
                errand->put_off_nth + 1, errand->put_off->ticket);
    errand->courier.is_marked = FALSE;
    mg_delivery_debt_go_on_at(&errand->debt, errand->delivery, errand->mailing, errand->put_off,
                              errand->put_off_nth, errand->mailing->uncertain->marks_directives,
                              FALSE);
}

/* Those of `ids` that no other mail of the group marks. */
static GArray *find_unmarked(const MgDeliveryErrand *errand, const gint64 *ids, gsize n_ids)
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
static gboolean is_left_pending(const MgDeliveryErrand *errand)
{
    return errand->marks && !errand->courier.is_marked && !mg_delivery_errand_is_alone(errand);
}

/* What went another way than mail is recorded all the same, as of now. */
static void note_mark(MgDeliveryErrand *errand)
{
    MgDelivery *delivery = errand->delivery;
    g_autoptr(GArray) unmarked = NULL;
    const gint64 *ids;
    gsize n_ids;

    if (is_left_pending(errand))
        mg_delivery_debt_drop(&errand->debt, errand->mailing);
    if (!errand->courier.is_marked || mg_delivery_errand_is_alone(errand)) {
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
    MgDeliveryErrand errand;
    gboolean ok;

    mg_delivery_errand_init(&errand, delivery, mailing);
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
    mg_delivery_errand_clear(&errand);
    return ok;
}

gboolean mg_delivery_by_script_send(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    if (mailing->worker->site->purpose == MG_PURPOSE_SEND)
        return deliver(delivery, mailing, error);
    pretend(delivery, mailing);
    return TRUE;
}
