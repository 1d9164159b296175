/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_owed.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "flow/delivery_intents.h"

/* (transfer full) (element-type gchar *) */
static GPtrArray *find_owed(const MgOutcome *outcome)
{
    GPtrArray *owed = g_ptr_array_new();

    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        if (refusal->kind != MG_REFUSAL_FOR_GOOD)
            g_ptr_array_add(owed, refusal->address);
    }
    return owed;
}

static void owe(MgDelivery *delivery, const MgMailing *mailing, guint nth, GPtrArray *owed)
{
    g_autoptr(MgMail) rest = mg_mail_copy(delivery->mail);
    MgIntentMail next;
    g_autofree gchar *addresses = NULL;

    g_ptr_array_add(owed, NULL);
    g_strfreev(rest->envelope_tos);
    rest->envelope_tos = g_strdupv((gchar **)owed->pdata);
    addresses = g_strjoinv(", ", rest->envelope_tos);
    next = mg_delivery_intents_describe(delivery, mailing, rest, nth, FALSE);
    mg_stage8_record_owe(mailing->record, mailing->group, delivery->intent_id, &next);
    delivery->intent_id = 0;
    mg_log_info("ticket %s is owed to %s, by the next run", rest->ticket, addresses);
}

void mg_delivery_owed_note(MgDelivery *delivery, const MgMailing *mailing, guint nth,
                           const MgOutcome *outcome)
{
    g_autoptr(GPtrArray) owed = find_owed(outcome);

    for (guint i = 0; i < outcome->refusals->len; i++)
        mg_summary_count_copy_error(mailing->worker->summary);
    if (owed->len > 0 && delivery->intent_id != 0)
        owe(delivery, mailing, nth, owed);
}
