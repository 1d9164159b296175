/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_intents.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_number.h"
#include "mime/address.h"
#include "mime/compose.h"

gboolean mg_delivery_intents_are_kept(const MgWorker *worker)
{
    return worker->site->purpose == MG_PURPOSE_SEND && mg_desk_run_id(worker->desk) != 0;
}

MgIntentMail mg_delivery_intents_describe(const MgDelivery *delivery, const MgMailing *mailing,
                                          const MgMail *mail, guint nth, gboolean marks)
{
    const MgMarks *about = mg_mailing_about(delivery);
    gboolean is_part = about->kind == MG_MARKS_SOME;

    return (MgIntentMail){
        .mail = mail,
        .mail_number = mg_delivery_number_of(delivery, mailing, nth),
        .directive_ids = is_part ? about->ids : mailing->group->directive_ids,
        .n_directives = is_part ? about->n_ids : mailing->group->n_directives,
        .marks_directives = marks,
    };
}

gboolean mg_delivery_intents_check_ticket(const MgDelivery *delivery, const MgIntent *intent,
                                          GError **error)
{
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

/* Writing */

/* Nobody knows whether the rows were written: they must not look like mails in hand. */
static void withdraw(MgDesk *desk, const MgIntentMail *mails, guint n_mails)
{
    g_autoptr(GError) failure = NULL;
    MgConnection *connection = mg_desk_open(desk);

    if (!mg_intent_forget_mails(connection, mg_desk_run_id(desk), mails, n_mails, &failure))
        mg_log_warning("delivery intents may be left of mails that were not sent: %s",
                       failure->message);
    mg_desk_close(desk);
}

static gboolean write_rows(MgDesk *desk, const MgIntentMail *mails, guint n_mails, gint64 *ids,
                           GError **error)
{
    g_autoptr(GError) failure = NULL;
    MgConnection *connection = mg_desk_open(desk);
    gboolean ok = mg_intent_write(connection, mg_desk_run_id(desk), mails, n_mails, ids, &failure);

    mg_desk_close(desk);
    if (ok)
        return TRUE;
    if (g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME)) {
        withdraw(desk, mails, n_mails);
        failure->code = MG_ERROR_RETRY; /* no mail was begun */
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* Stands for the mails of a notification that sends itself until it hands over the first, so that
 * it is owed whatever becomes of the mails before it. NULL where it has no ticket number to be
 * known by. */
static MgMail *stand_in(const MgDelivery *delivery, const MgMailing *mailing)
{
    const MgNotification *notification = delivery->notification;
    const gchar *const recipients[] = {mailing->group->recipient_address, NULL};
    MgMail *mail;

    if (notification->deliver == NULL || !mg_delivery_mail_check_ticket(notification->ticket, NULL))
        return NULL;
    mail = mg_mail_new();
    mail->ticket = g_strdup(notification->ticket);
    mail->message_id = mg_compose_message_id(mailing->worker->site->sender_address);
    mail->date = mg_clock_now();
    mail->envelope_tos = g_strdupv((gchar **)recipients);
    return mail;
}

/* Whether a delivery has an intent before the first mail goes out. One that is alone and sends
 * itself has none before its own first: until then nothing has happened. */
static const MgMail *find_mail(const MgDelivery *delivery, const MgMailing *mailing,
                               GPtrArray *stand_ins)
{
    if (delivery->mail != NULL || mailing->deliveries->len == 1)
        return delivery->mail;
    g_ptr_array_add(stand_ins, stand_in(delivery, mailing));
    return g_ptr_array_index(stand_ins, stand_ins->len - 1);
}

static void collect(const MgMailing *mailing, GArray *mails, GPtrArray *noted, GPtrArray *stand_ins)
{
    for (guint i = 0; i < mailing->deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(mailing->deliveries, i);
        const MgMail *mail = find_mail(delivery, mailing, stand_ins);
        MgIntentMail intended;

        if (mail == NULL)
            continue;
        intended =
            mg_delivery_intents_describe(delivery, mailing, mail, 0, delivery->directives->len > 0);
        g_array_append_val(mails, intended);
        g_ptr_array_add(noted, delivery);
    }
}

gboolean mg_delivery_intents_write(const MgMailing *const *mailings, guint n_mailings,
                                   GError **error)
{
    g_autoptr(GPtrArray) stand_ins = g_ptr_array_new_with_free_func((GDestroyNotify)mg_mail_free);
    g_autoptr(GArray) mails = g_array_new(FALSE, FALSE, sizeof(MgIntentMail));
    g_autoptr(GPtrArray) noted = g_ptr_array_new();
    g_autofree gint64 *ids = NULL;

    if (n_mailings == 0 || !mg_delivery_intents_are_kept(mailings[0]->worker))
        return TRUE;
    for (guint i = 0; i < n_mailings; i++)
        collect(mailings[i], mails, noted, stand_ins);
    if (mails->len == 0)
        return TRUE;
    ids = g_new0(gint64, mails->len);
    if (!write_rows(mailings[0]->worker->desk, (const MgIntentMail *)mails->data, mails->len, ids,
                    error))
        return FALSE;
    for (guint i = 0; i < noted->len; i++)
        ((MgDelivery *)g_ptr_array_index(noted, i))->intent_id = ids[i];
    return TRUE;
}

/* Passing on */

/* Whether the row is that of the mail before or of this one, neither is under way: so it may be
 * said twice, and is where the session broke. */
static gboolean pass_on(MgDesk *desk, gint64 intent_id, const MgIntentMail *next,
                        MgIntentDebt *before, GError **error)
{
    g_autoptr(GError) failure = NULL;
    gboolean ok = FALSE;

    for (guint attempt = 0; attempt < 2 && !ok; attempt++) {
        MgConnection *connection = mg_desk_open(desk);
        g_clear_error(&failure);
        ok = mg_intent_pass_on(connection, intent_id, next, before, &failure);
        attempt += !ok && !mg_connection_is_broken(connection);
        mg_desk_close(desk);
    }
    if (ok)
        return TRUE;
    if (failure->code == MG_ERROR_UNKNOWN_OUTCOME)
        failure->code = MG_ERROR_RETRY;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

gboolean mg_delivery_intents_begin(MgDelivery *delivery, const MgMailing *mailing,
                                   const MgMail *mail, guint nth, gboolean marks,
                                   MgIntentDebt *before, GError **error)
{
    MgIntentMail next = mg_delivery_intents_describe(delivery, mailing, mail, nth, marks);

    if (!mg_delivery_intents_are_kept(mailing->worker))
        return TRUE;
    if (delivery->intent_id != 0)
        return pass_on(mailing->worker->desk, delivery->intent_id, &next, before, error);
    return write_rows(mailing->worker->desk, &next, 1, &delivery->intent_id, error);
}

/* Settling */

void mg_delivery_intents_settle(MgDelivery *delivery, const MgMailing *mailing)
{
    mg_stage8_record_settle(mailing->record, delivery->intent_id);
    delivery->intent_id = 0;
}

void mg_delivery_intents_settle_from(const MgMailing *mailing, guint first)
{
    for (guint i = first; i < mailing->deliveries->len; i++)
        mg_delivery_intents_settle(g_ptr_array_index(mailing->deliveries, i), mailing);
}
