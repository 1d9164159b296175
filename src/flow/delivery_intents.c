/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_intents.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "database/intent.h"
#include "mime/address.h"
#include "mime/compose.h"

gboolean mg_delivery_intents_are_kept(const MgWorker *worker)
{
    return worker->run_id != 0 && worker->site->purpose == MG_PURPOSE_SEND;
}

guint mg_delivery_intents_position(const MgIntent *intent)
{
    return intent->mail_number % MG_DELIVERY_INTENTS_POSITIONS;
}

guint mg_delivery_intents_nth(const MgIntent *intent)
{
    return intent->mail_number / MG_DELIVERY_INTENTS_POSITIONS;
}

static MgIntentMail describe(const MgDelivery *delivery, const MgMail *mail, guint nth,
                             gboolean marks, const MgWorker *worker)
{
    const MgGroup *group = worker->task->group;

    return (MgIntentMail){mail, nth * MG_DELIVERY_INTENTS_POSITIONS + delivery->position,
                          group->directive_ids, group->n_directives, marks};
}

/* Of a group whose delivery is made again, only the mail that is open; its intent is there already. */
static gboolean keep_uncertain(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    guint position = mg_delivery_intents_position(intent);

    if (position >= deliveries->len) {
        g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                    "the format now makes %u mails, so that mail %u of ticket %s cannot be made "
                    "again" MG_DELIVERY_INTENTS_HINT,
                    deliveries->len, position + 1, intent->ticket);
        return FALSE;
    }
    for (guint i = deliveries->len; i-- > 0;)
        if (i != position)
            g_ptr_array_remove_index(deliveries, i);
    ((MgDelivery *)g_ptr_array_index(deliveries, 0))->intent_id = intent->id;
    return mg_delivery_intents_check_ticket(g_ptr_array_index(deliveries, 0), worker, error);
}

gboolean mg_delivery_intents_check_ticket(const MgDelivery *delivery, const MgWorker *worker,
                                          GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    g_autofree gchar *quoted = NULL;

    if (delivery->mail == NULL || g_strcmp0(delivery->mail->ticket, intent->ticket) == 0)
        return TRUE;
    quoted = mg_error_quote(delivery->mail->ticket);
    g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                "the format now gives ticket number %s to the mail of ticket %s, so that it cannot "
                "be made again" MG_DELIVERY_INTENTS_HINT,
                quoted, intent->ticket);
    return FALSE;
}

/* Nobody knows whether the rows were written: they must not look like mails in hand. */
static void withdraw(MgWorker *worker, const MgIntentMail *mails, guint n_mails)
{
    g_autoptr(GError) failure = NULL;

    if (!mg_worker_reconnect(worker, &failure) ||
        !mg_intent_forget_mails(worker->desk, worker->run_id, mails, n_mails, &failure))
        mg_log_warning("delivery intents may be left of mails that were not sent: %s",
                       failure->message);
}

static gboolean write_rows(MgWorker *worker, const MgIntentMail *mails, guint n_mails, gint64 *ids,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mg_intent_write(worker->desk, worker->run_id, mails, n_mails, ids, &failure))
        return TRUE;
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME)) {
        withdraw(worker, mails, n_mails);
        failure->code = MG_ERROR_RETRY; /* no mail was begun */
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* Stands for the mails of a notification that sends itself until it hands over the first, so that it is
 * owed whatever becomes of the mails before it. NULL where it has no ticket number to be known by. */
static MgMail *stand_in(const MgDelivery *delivery, const MgWorker *worker)
{
    const MgNotification *notification = delivery->notification;
    g_autofree gchar *sender = mg_address_of_sender(worker->site->settings->sender, NULL);
    const gchar *const recipients[] = {worker->task->group->recipient_address, NULL};
    MgMail *mail;

    if (notification->deliver == NULL || sender == NULL ||
        !mg_delivery_mail_check_ticket(notification->ticket, NULL))
        return NULL;
    mail = mg_mail_new();
    mail->ticket = g_strdup(notification->ticket);
    mail->message_id = mg_compose_message_id(sender);
    mail->date = mg_clock_now();
    mail->envelope_tos = g_strdupv((gchar **)recipients);
    return mail;
}

/* Whether a delivery has an intent before the first mail goes out. One that is alone and sends itself has
 * none before its own first: until then nothing has happened. */
static MgMail *find_mail(const MgDelivery *delivery, const MgWorker *worker, gboolean is_alone,
                         GPtrArray *stand_ins)
{
    if (delivery->mail != NULL || is_alone)
        return delivery->mail;
    g_ptr_array_add(stand_ins, stand_in(delivery, worker));
    return g_ptr_array_index(stand_ins, stand_ins->len - 1);
}

static gboolean write_intents(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    g_autoptr(GPtrArray) stand_ins = g_ptr_array_new_with_free_func((GDestroyNotify)mg_mail_free);
    g_autofree MgIntentMail *mails = g_new(MgIntentMail, deliveries->len);
    g_autofree gint64 *ids = g_new0(gint64, deliveries->len);
    gboolean is_marked = FALSE; /* what comes after the first that marks is owed like a copy */
    g_autoptr(GPtrArray) noted = g_ptr_array_new();

    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        gboolean marks = delivery->notification->marks.kind != MG_MARKS_NONE && !is_marked;
        const MgMail *mail = find_mail(delivery, worker, deliveries->len == 1, stand_ins);
        if (mail == NULL)
            continue;
        mails[noted->len] = describe(delivery, mail, 0, marks, worker);
        g_ptr_array_add(noted, delivery);
        is_marked = is_marked || marks;
    }
    if (noted->len > 0 && !write_rows(worker, mails, noted->len, ids, error))
        return FALSE;
    for (guint i = 0; i < noted->len; i++)
        ((MgDelivery *)g_ptr_array_index(noted, i))->intent_id = ids[i];
    return TRUE;
}

/* Whether the row is that of the mail before or of this one, neither is under way. */
static gboolean pass_on(MgDelivery *delivery, guint nth, gboolean marks, const MgWorker *worker,
                        MgConnection *connection, GError **error)
{
    MgIntentMail mail = describe(delivery, delivery->mail, nth, marks, worker);
    g_autoptr(GError) failure = NULL;

    if (mg_intent_pass_on(connection, delivery->intent_id, &mail, &failure))
        return TRUE;
    if (failure->code == MG_ERROR_UNKNOWN_OUTCOME)
        failure->code = MG_ERROR_RETRY;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

gboolean mg_delivery_intents_begin(MgDelivery *delivery, guint nth, gboolean marks,
                                   MgWorker *worker, GError **error)
{
    MgIntentMail mail = describe(delivery, delivery->mail, nth, marks, worker);

    if (!mg_delivery_intents_are_kept(worker))
        return TRUE;
    if (delivery->intent_id != 0)
        return pass_on(delivery, nth, marks, worker, worker->desk, error);
    return write_rows(worker, &mail, 1, &delivery->intent_id, error);
}

gboolean mg_delivery_intents_owe(MgDelivery *delivery, guint nth, gboolean marks,
                                 gboolean with_record, MgWorker *worker, GError **error)
{
    return pass_on(delivery, nth, marks, worker, with_record ? worker->claim : worker->desk, error);
}

gboolean mg_delivery_intents_put_off(MgDelivery *delivery, guint nth, MgWorker *worker,
                                     GError **error)
{
    gboolean marks = worker->task->uncertain->marks_directives;

    return pass_on(delivery, nth, marks, worker, worker->claim, error) &&
           mg_connection_commit(worker->claim, error);
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
        mg_log_warning("the intent of a mail for %s stays open: %s",
                       worker->task->group->recipient_address, failure->message);
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
    return !mg_delivery_intents_are_kept(worker) || write_intents(deliveries, worker, error);
}
