/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_owed.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "flow/delivery_intents.h"

gboolean mg_delivery_owed_is_among(gchar **addresses, gchar **all)
{
    for (; *addresses != NULL; addresses++)
        if (!g_strv_contains((const gchar *const *)all, *addresses))
            return FALSE;
    return TRUE;
}

gboolean mg_delivery_owed_limit(MgMail *mail, const MgIntent *intent)
{
    if (intent->recipients == NULL || intent->recipients[0] == NULL ||
        !mg_delivery_owed_is_among(intent->recipients, mail->envelope_tos))
        return FALSE;
    g_strfreev(mail->envelope_tos);
    mail->envelope_tos = g_strdupv(intent->recipients);
    return TRUE;
}

MgMail *mg_delivery_owed_rest(const MgMail *mail, const MgOutcome *outcome)
{
    g_autoptr(GPtrArray) owed = g_ptr_array_new();
    MgMail *rest;

    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        if (refusal->kind != MG_REFUSAL_FOR_GOOD)
            g_ptr_array_add(owed, refusal->address);
    }
    if (owed->len == 0)
        return NULL;
    g_ptr_array_add(owed, NULL);
    rest = mg_mail_copy(mail);
    g_strfreev(rest->envelope_tos);
    rest->envelope_tos = g_strdupv((gchar **)owed->pdata);
    return rest;
}

gboolean mg_delivery_owed_is_wanting(const MgOutcome *outcome)
{
    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        if (refusal->kind == MG_REFUSAL_UNCERTAIN)
            return FALSE;
    }
    return TRUE;
}

void mg_delivery_owed_tell(const MgMail *rest)
{
    g_autofree gchar *addresses = g_strjoinv(", ", rest->envelope_tos);

    mg_log_info("ticket %s is owed to %s, by the next run", rest->ticket, addresses);
}

static void owe(MgDelivery *delivery, const MgMailing *mailing, const MgMail *rest,
                gboolean is_wanting)
{
    MgIntentMail next = mg_delivery_intents_describe(delivery, mailing, rest, 0, FALSE);

    next.is_wanting = is_wanting;
    mg_stage8_record_owe(mailing->record, mailing->group, delivery->intent_id, &next, NULL);
    delivery->intent_id = 0;
}

void mg_delivery_owed_keep_copy(MgDelivery *delivery, const MgMailing *mailing)
{
    if (delivery->intent_id != 0)
        owe(delivery, mailing, delivery->mail, TRUE);
}

void mg_delivery_owed_note(MgDelivery *delivery, const MgMailing *mailing, const MgOutcome *outcome)
{
    g_autoptr(MgMail) rest = mg_delivery_owed_rest(delivery->mail, outcome);

    for (guint i = 0; i < outcome->refusals->len; i++)
        mg_summary_count_copy_error(mailing->worker->summary);
    if (rest == NULL || delivery->intent_id == 0)
        return;
    owe(delivery, mailing, rest, mg_delivery_owed_is_wanting(outcome));
    mg_delivery_owed_tell(rest);
}
