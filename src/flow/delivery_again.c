/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_again.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_by_script.h"
#include "flow/delivery_intents.h"
#include "flow/delivery_number.h"
#include "flow/delivery_owed.h"

static MgDelivery *find_meant(const MgMailing *mailing)
{
    g_autoptr(GPtrArray) so_far = g_ptr_array_new();

    for (guint i = 0; i < mailing->deliveries->len; i++) {
        g_ptr_array_add(so_far, g_ptr_array_index(mailing->deliveries, i));
        if (mg_delivery_number_is_meant(mailing->uncertain, so_far))
            return g_ptr_array_index(mailing->deliveries, i);
    }
    return NULL;
}

gboolean mg_delivery_again_choose(const MgMailing *mailing, GError **error)
{
    const MgIntent *intent = mailing->uncertain;
    MgDelivery *meant = find_meant(mailing);

    if (meant == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME,
                    "the format now makes %u mails, so that mail %u of ticket %s cannot be made "
                    "again" MG_DELIVERY_INTENTS_HINT,
                    mailing->deliveries->len,
                    intent->mail_number % MG_DELIVERY_NUMBER_POSITIONS + 1, intent->ticket);
        return FALSE;
    }
    for (guint i = mailing->deliveries->len; i-- > 0;)
        if (g_ptr_array_index(mailing->deliveries, i) != meant)
            g_ptr_array_remove_index(mailing->deliveries, i);
    meant->intent_id = intent->id;
    if (intent->marks_directives)
        g_array_append_vals(meant->directives, mailing->group->directive_ids,
                            (guint)mailing->group->n_directives);
    if (meant->mail != NULL)
        mg_delivery_owed_limit(meant->mail, intent);
    return mg_delivery_intents_check_ticket(meant, intent, error);
}

/* Not so where the mail that marks the group is uncertain as well, and still to come. */
static gboolean has_number_of_its_own(const MgDelivery *delivery, const MgIntent *intent)
{
    return intent->marks_directives || (!mg_mailing_is_copy(delivery) && intent->n_pending == 0);
}

/* What a script's own send() comes to is in the record already. */
static gboolean record(MgDelivery *delivery, const MgMailing *mailing, gboolean is_by_script,
                       GError **error)
{
    if (!is_by_script && has_number_of_its_own(delivery, mailing->uncertain))
        mg_delivery_mail_record(delivery, mailing);
    else
        mg_delivery_intents_settle(delivery, mailing);
    return mg_stage8_record_for(mailing->record, mailing->worker->claim, mailing->group, error);
}

static gboolean send_mail(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    g_autoptr(MgOutcome) outcome = mg_delivery_mail_send(delivery, mailing, error);

    delivery->is_accepted = outcome != NULL && mailing->session != NULL;
    if (delivery->is_accepted)
        mg_delivery_owed_note(delivery, mailing, outcome);
    return outcome != NULL;
}

static gboolean send_one(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    if (delivery->notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(delivery->notification->failure));
        return FALSE;
    }
    return delivery->mail != NULL ? send_mail(delivery, mailing, error)
                                  : mg_delivery_by_script_send(delivery, mailing, error);
}

/* A copy that is refused for good is nobody's any more; one that fails for a while stays as
 * uncertain as it was. */
static gboolean settle_failure(MgDelivery *delivery, const MgMailing *mailing,
                               const GError *failure)
{
    if (mailing->uncertain->marks_directives ||
        !g_error_matches(failure, MG_ERROR, MG_ERROR_GROUP) || mg_error_may_pass(failure))
        return FALSE;
    mg_delivery_mail_tell_failed_copy(delivery, mailing, FALSE, failure);
    if (mailing->worker->site->purpose != MG_PURPOSE_SEND)
        return TRUE;
    mg_delivery_intents_settle(delivery, mailing);
    mg_stage8_record(mailing->record, mailing->worker->claim);
    return TRUE;
}

gboolean mg_delivery_again_send(const MgMailing *mailing, GError **error)
{
    MgDelivery *delivery = g_ptr_array_index(mailing->deliveries, 0);
    gboolean is_by_script = delivery->mail == NULL;
    g_autoptr(GError) failure = NULL;

    if (!send_one(delivery, mailing, &failure)) {
        if (settle_failure(delivery, mailing, failure))
            return TRUE;
        if (!g_error_matches(failure, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
            mg_delivery_mail_uncount_from(mailing, 0);
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    mg_summary_count_mail(mailing->worker->summary);
    return mailing->worker->site->purpose != MG_PURPOSE_SEND ||
           record(delivery, mailing, is_by_script, error);
}
