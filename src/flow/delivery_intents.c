/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_intents.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/intent.h"

gboolean mg_delivery_intents_are_kept(const MgWorker *worker)
{
    return worker->run_id != 0 && worker->site->purpose == MG_PURPOSE_SEND;
}

/* A script may number its mails in its own way. */
static gboolean check_number(const MgDelivery *delivery, const MgIntent *intent, GError **error)
{
    g_autofree gchar *quoted = NULL;

    if (delivery->mail == NULL || g_strcmp0(delivery->mail->ticket, intent->ticket) == 0)
        return TRUE;
    quoted = mg_error_quote(delivery->mail->ticket);
    g_set_error(
        error, MG_ERROR, MG_ERROR_GROUP,
        "the format now gives ticket number %s to the mail of ticket %s, so that it cannot be "
        "made again\n"
        "HINT: intelmqcbmail uncertain shows the delivery and takes your decision",
        quoted, intent->ticket);
    return FALSE;
}

/* Of a group whose delivery is made again, only the mail that is open; its intent is there already. */
static gboolean keep_uncertain(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;

    if (intent->mail_number >= deliveries->len) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "the format now makes %u mails, so that mail %u of ticket %s cannot be made "
                    "again\n"
                    "HINT: intelmqcbmail uncertain shows the delivery and takes your decision",
                    deliveries->len, intent->mail_number + 1, intent->ticket);
        return FALSE;
    }
    for (guint i = deliveries->len; i-- > 0;)
        if (i != intent->mail_number)
            g_ptr_array_remove_index(deliveries, i);
    ((MgDelivery *)g_ptr_array_index(deliveries, 0))->intent_id = intent->id;
    return check_number(g_ptr_array_index(deliveries, 0), intent, error);
}

/* Nobody knows whether the rows were written: they must not look like mails in hand. */
static void withdraw(MgWorker *worker, const MgIntentMail *mails, guint n_mails)
{
    g_autoptr(GError) failure = NULL;

    if (!mg_worker_reconnect(worker, &failure) ||
        !mg_intent_forget_mails(worker->desk, worker->run_id, worker->host.group, mails, n_mails,
                                &failure))
        mg_log_warning("delivery intents may be left of mails that were not sent: %s",
                       failure->message);
}

static gboolean write_rows(MgWorker *worker, const MgIntentMail *mails, guint n_mails, gint64 *ids,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mg_intent_write(worker->desk, worker->run_id, worker->host.group, mails, n_mails, ids,
                        &failure))
        return TRUE;
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME)) {
        withdraw(worker, mails, n_mails);
        failure->code = MG_ERROR_RETRY; /* no mail was begun */
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

gboolean mg_delivery_intents_write(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    g_autofree MgIntentMail *mails = g_new(MgIntentMail, deliveries->len);
    g_autofree gint64 *ids = g_new0(gint64, deliveries->len);
    gboolean is_marked = FALSE; /* what comes after the first that marks is owed like a copy */
    guint n_mails = 0;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        gboolean marks = delivery->notification->is_recorded && !is_marked;
        if (delivery->mail == NULL)
            continue;
        mails[n_mails++] = (MgIntentMail){delivery->mail, delivery->number, marks};
        is_marked = is_marked || marks;
    }
    if (n_mails > 0 && !write_rows(worker, mails, n_mails, ids, error))
        return FALSE;
    for (guint i = 0, next = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->mail != NULL)
            delivery->intent_id = ids[next++];
    }
    return TRUE;
}

/* An intent that is made again is locked by the claim's transaction as long as that is open; others are
 * the desk's. */
static gboolean remove_intent(MgWorker *worker, const MgDelivery *delivery, GError **error)
{
    if (worker->task->uncertain == NULL || mg_connection_depth(worker->claim) == 0)
        return mg_intent_forget(worker->desk, &delivery->intent_id, 1, error);
    return mg_intent_forget(worker->claim, &delivery->intent_id, 1, error) &&
           mg_connection_commit(worker->claim, error);
}

/* An intent that cannot be removed is no reason to fail: it stays, and the next run settles it. */
void mg_delivery_intents_forget(MgWorker *worker, MgDelivery *delivery)
{
    g_autoptr(GError) failure = NULL;

    if (delivery->intent_id != 0 && !remove_intent(worker, delivery, &failure))
        mg_log_warning("the intent of a mail of ticket %s stays open: %s", delivery->mail->ticket,
                       failure->message);
    delivery->intent_id = 0;
}

void mg_delivery_intents_forget_from(GPtrArray *deliveries, guint first, MgWorker *worker)
{
    for (guint i = first; i < deliveries->len; i++)
        mg_delivery_intents_forget(worker, g_ptr_array_index(deliveries, i));
}

gboolean mg_delivery_intents_write_all(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    if (worker->task->uncertain != NULL)
        return keep_uncertain(deliveries, worker, error);
    return !mg_delivery_intents_are_kept(worker) ||
           mg_delivery_intents_write(deliveries, worker, error);
}
