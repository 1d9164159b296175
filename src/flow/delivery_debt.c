/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_debt.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"
#include "flow/delivery_owed.h"

void mg_delivery_debt_init(MgDeliveryDebt *debt)
{
    *debt = (MgDeliveryDebt){.left = g_array_new(FALSE, FALSE, sizeof(gint64))};
}

static void forget(MgDeliveryDebt *debt)
{
    g_clear_pointer(&debt->mail, mg_mail_free);
    g_clear_pointer(&debt->handed_id, g_free);
    g_clear_error(&debt->refusal);
}

void mg_delivery_debt_clear(MgDeliveryDebt *debt)
{
    forget(debt);
    g_clear_pointer(&debt->left, g_array_unref);
}

gboolean mg_delivery_debt_is_tried_again(const MgDeliveryDebt *debt, const MgMail *handed)
{
    return debt->mail != NULL && g_strcmp0(debt->handed_id, handed->message_id) == 0 &&
           mg_delivery_owed_is_among(handed->envelope_tos, debt->mail->envelope_tos);
}

static gboolean is_of_mail(const MgDeliveryDebt *debt, guint nth)
{
    return debt->mail != NULL && debt->nth == nth;
}

static void append(GPtrArray *addresses, gchar **more, gchar **without)
{
    for (; *more != NULL; more++)
        if (without == NULL || !g_strv_contains((const gchar *const *)without, *more))
            g_ptr_array_add(addresses, *more);
}

/* `rest` (nullable) of `mail` is owed, and what was owed before to others than it was tried for. */
static void note(MgDeliveryDebt *debt, const MgMail *mail, const MgMail *rest, gboolean is_wanting,
                 const gchar *handed_id, guint nth)
{
    g_autoptr(GPtrArray) owed = g_ptr_array_new();
    MgMail *kept = NULL;

    debt->is_wanting = is_wanting && (!is_of_mail(debt, nth) || debt->is_wanting);
    if (is_of_mail(debt, nth))
        append(owed, debt->mail->envelope_tos, mail->envelope_tos);
    if (rest != NULL)
        append(owed, rest->envelope_tos, NULL);
    if (owed->len > 0) {
        g_ptr_array_add(owed, NULL);
        kept = mg_mail_copy(mail);
        g_strfreev(kept->envelope_tos);
        kept->envelope_tos = g_strdupv((gchar **)owed->pdata);
    }
    forget(debt);
    debt->mail = kept;
    debt->handed_id = g_strdup(handed_id);
    debt->nth = nth;
}

void mg_delivery_debt_note_accepted(MgDeliveryDebt *debt, const MgMail *mail,
                                    const gchar *handed_id, guint nth, const MgOutcome *outcome)
{
    g_autoptr(MgMail) rest = mg_delivery_owed_rest(mail, outcome);

    note(debt, mail, rest, mg_delivery_owed_is_wanting(outcome), handed_id, nth);
}

void mg_delivery_debt_note_refused(MgDeliveryDebt *debt, const MgMail *mail, const gchar *handed_id,
                                   guint nth, const GError *refusal)
{
    if (!g_error_matches(refusal, MG_ERROR, MG_ERROR_GROUP))
        return; /* what came of it is open, or nothing: that ends the send() */
    note(debt, mail, mg_error_may_pass(refusal) ? mail : NULL, TRUE, handed_id, nth);
    if (mg_error_may_pass(refusal))
        debt->refusal = g_error_copy(refusal);
}

/* Who was left out while others took the mail is counted already. An error that the script keeps to
 * itself would be nobody's. */
static void tell(const MgDeliveryDebt *debt, const MgMailing *mailing)
{
    if (debt->refusal != NULL) {
        mg_summary_count_copy_error(mailing->worker->summary);
        mg_log_error("Error: mail %u of the format script for %s, of ticket %s: %s", debt->nth + 1,
                     mailing->group->recipient_address, debt->mail->ticket, debt->refusal->message);
    }
    mg_delivery_owed_tell(debt->mail);
}

static MgIntentDebt describe(const MgDeliveryDebt *debt, const MgDelivery *delivery,
                             const MgMailing *mailing)
{
    guint number = mg_delivery_number_of(delivery, mailing, debt->nth);

    return (MgIntentDebt){.mail_number = number,
                          .debt_number = mg_delivery_number_alone(number),
                          .recipients = (const gchar *const *)debt->mail->envelope_tos,
                          .is_wanting = debt->is_wanting};
}

gboolean mg_delivery_debt_begin(MgDeliveryDebt *debt, MgDelivery *delivery,
                                const MgMailing *mailing, guint nth, gboolean marks, GError **error)
{
    MgIntentDebt before;

    if (debt->mail == NULL)
        return mg_delivery_intents_begin(delivery, mailing, delivery->mail, nth, marks, NULL,
                                         error);
    if (debt->nth == nth) /* the others must not be lost */
        return mg_delivery_intents_begin(delivery, mailing, debt->mail, nth, marks, NULL, error);
    before = describe(debt, delivery, mailing);
    if (!mg_delivery_intents_begin(delivery, mailing, delivery->mail, nth, marks, &before, error))
        return FALSE;
    g_array_append_val(debt->left, before.intent_id);
    tell(debt, mailing);
    forget(debt);
    return TRUE;
}

void mg_delivery_debt_go_on_at(MgDeliveryDebt *debt, MgDelivery *delivery, const MgMailing *mailing,
                               const MgMail *next, guint nth, gboolean marks, gboolean is_open)
{
    gboolean is_left = debt->mail != NULL && debt->nth != nth;
    MgIntentMail mail = mg_delivery_intents_describe(
        delivery, mailing, is_of_mail(debt, nth) ? debt->mail : next, nth, marks);
    MgIntentDebt before = {0};

    mail.is_wanting = !is_open && (!is_of_mail(debt, nth) || debt->is_wanting);
    if (is_left) {
        before = describe(debt, delivery, mailing);
        tell(debt, mailing);
    }
    mg_stage8_record_owe(mailing->record, mailing->group, delivery->intent_id, &mail,
                         is_left ? &before : NULL);
    delivery->intent_id = 0;
    forget(debt);
}

void mg_delivery_debt_settle(MgDeliveryDebt *debt, MgDelivery *delivery, const MgMailing *mailing)
{
    MgIntentMail alone;

    if (debt->mail == NULL) {
        mg_delivery_intents_settle(delivery, mailing);
        return;
    }
    alone = mg_delivery_intents_describe(delivery, mailing, debt->mail, debt->nth, FALSE);
    alone.mail_number = mg_delivery_number_alone(alone.mail_number);
    alone.is_wanting = debt->is_wanting;
    mg_stage8_record_owe(mailing->record, mailing->group, delivery->intent_id, &alone, NULL);
    delivery->intent_id = 0;
    tell(debt, mailing);
    forget(debt);
}

void mg_delivery_debt_drop(MgDeliveryDebt *debt, const MgMailing *mailing)
{
    for (guint i = 0; i < debt->left->len; i++)
        mg_stage8_record_settle(mailing->record, g_array_index(debt->left, gint64, i));
    g_array_set_size(debt->left, 0);
    forget(debt);
}
