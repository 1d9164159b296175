/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/settle.h"

#include "database/intent.h"
#include "database/sent.h"

gboolean mg_settle_is_held(const MgIntent *intent, const MgSite *site)
{
    return intent->decision == MG_DECISION_NONE &&
           site->settings->uncertain_deliveries == MG_UNCERTAIN_HOLD;
}

static gboolean forget(const MgIntent *intent, MgConnection *claim, GError **error)
{
    return mg_intent_forget(claim, &intent->id, 1, error) && mg_connection_commit(claim, error);
}

static gboolean hold(const MgIntent *intent, MgConnection *claim, GError **error)
{
    return mg_uncertain_hold(claim, intent->id, error) && mg_connection_commit(claim, error);
}

static gboolean record(const MgIntent *intent, MgConnection *claim, GError **error)
{
    if (!intent->marks_directives)
        return forget(intent, claim, error);
    return mg_sent_record_again(claim, intent->group, intent->ticket, intent->mail_date, intent->id,
                                error);
}

/* Somebody who knows no intents sent these directives since, or another process recorded them. A
 * copy is never overtaken: its directives may well be recorded, under its own ticket or another
 * mail's. */
static gboolean is_overtaken(const MgIntent *intent)
{
    return intent->marks_directives && intent->n_pending == 0;
}

const gchar *mg_settle_no_mail_because(const MgIntent *intent, const MgSite *site)
{
    if (intent->decision == MG_DECISION_WAS_SENT)
        return "an uncertain delivery of which the operator says that it was sent";
    if (is_overtaken(intent))
        return "an uncertain delivery whose directives were recorded or removed meanwhile";
    if (mg_settle_is_held(intent, site))
        return "an uncertain delivery that is held until an operator decides, see intelmqcbmail "
               "uncertain";
    return NULL;
}

gboolean mg_settle_spend(MgIntent *intent, const MgSite *site, MgConnection *claim,
                         gboolean *is_ours, GError **error)
{
    *is_ours = TRUE;
    if (intent->decision != MG_DECISION_SEND_AGAIN || intent->is_spent ||
        site->purpose != MG_PURPOSE_SEND ||
        site->settings->uncertain_deliveries != MG_UNCERTAIN_HOLD)
        return TRUE;
    return mg_uncertain_spend(claim, intent, is_ours, error);
}

static MgLeft leave(gboolean done, MgLeft how)
{
    return done ? how : MG_LEFT_FAILED;
}

gboolean mg_settle_without_mail(const MgIntent *intent, const MgSite *site, MgConnection *claim,
                                MgLeft *how, GError **error)
{
    gboolean was_sent = intent->decision == MG_DECISION_WAS_SENT;

    if (mg_settle_no_mail_because(intent, site) == NULL)
        return FALSE;
    *how = MG_LEFT_SKIPPED;
    if (site->purpose != MG_PURPOSE_SEND)
        return TRUE;
    if (was_sent)
        *how = leave(record(intent, claim, error), MG_LEFT_SKIPPED);
    else if (is_overtaken(intent))
        *how = leave(forget(intent, claim, error), MG_LEFT_SKIPPED);
    else
        *how = leave(hold(intent, claim, error), MG_LEFT_SKIPPED);
    return TRUE;
}
