/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage7_send.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

static void log_acceptance(const MgGroup *group, const MgMail *mail, const MgOutcome *outcome)
{
    g_autofree gchar *to = g_strjoinv(", ", mail->envelope_tos);
    g_autofree gchar *directives = mg_group_format_ids(group->directive_ids, group->n_directives);
    const MgLogField fields[] = {{"ticket", mail->ticket},         {"recipient", to},
                                 {"message_id", mail->message_id}, {"queue_id", outcome->queue_id},
                                 {"directive_ids", directives},    {NULL, NULL}};

    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "ticket %s to %s accepted: '%s'", mail->ticket, to,
                 outcome->reply);
    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        g_autofree gchar *why = refusal->reply != NULL ? g_strdup_printf("'%s'", refusal->reply)
                                                       : g_strdup(refusal->reason);
        const MgLogField refused[] = {{"ticket", mail->ticket},
                                      {"recipient", refusal->address},
                                      {"message_id", mail->message_id},
                                      {"directive_ids", directives},
                                      {NULL, NULL}};

        mg_log_write(MG_LOG_ERROR, MG_LOGGER, refused,
                     "Error: ticket %s: recipient %s refused while others were accepted: %s",
                     mail->ticket, refusal->address, why);
    }
}

/* In a dry run each mail is told of where a real run would tell that it was accepted; a preview has
 * ways of its own to show them. */
static MgOutcome *pretend(MgPurpose purpose, const MgMail *mail)
{
    g_autofree gchar *to = g_strjoinv(", ", mail->envelope_tos);
    const MgLogField fields[] = {{"ticket", mail->ticket},
                                 {"recipient", to},
                                 {"message_id", mail->message_id},
                                 {NULL, NULL}};
    MgOutcome *outcome = mg_outcome_new();

    outcome->reply = g_strdup("not sent, this is a dry run");
    if (purpose == MG_PURPOSE_DRY_RUN)
        mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "ticket %s to %s: %s", mail->ticket, to,
                     outcome->reply);
    return outcome;
}

static void tell(MgAccount *account, const MgAccountMail *told, const MgOutcome *outcome)
{
    MgAccountMail complete = *told;

    complete.outcome = outcome;
    mg_account_tell_mail(account, &complete);
}

MgOutcome *mg_stage7_send(MgSession *session, const MgSite *site, const MgAccountMail *told,
                          GError **error)
{
    g_autoptr(MgOutcome) outcome = NULL;

    g_assert(mg_safety_is_applied(site->safety, told->mail));
    if (session == NULL) {
        tell(site->account, told, NULL);
        return pretend(site->purpose, told->mail);
    }
    outcome = mg_session_send(session, told->mail, error);
    if (outcome == NULL)
        return NULL;
    log_acceptance(told->group, told->mail, outcome);
    tell(site->account, told, outcome);
    return g_steal_pointer(&outcome);
}
