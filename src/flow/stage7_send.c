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

    mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "ticket %s to %s accepted: %s", mail->ticket, to,
                 outcome->reply);
    for (guint i = 0; i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        const MgLogField refused[] = {{"ticket", mail->ticket},
                                      {"recipient", refusal->address},
                                      {"message_id", mail->message_id},
                                      {"directive_ids", directives},
                                      {NULL, NULL}};

        mg_log_write(MG_LOG_ERROR, MG_LOGGER, refused,
                     "Error: ticket %s: recipient %s refused while others were accepted: %s",
                     mail->ticket, refusal->address, refusal->reply);
    }
}

/* In a dry run each mail is told of where a real run would tell that it was accepted; a preview has
 * ways of its own to show them. */
static MgOutcome *pretend(const MgWorker *worker, const MgMail *mail)
{
    g_autofree gchar *to = g_strjoinv(", ", mail->envelope_tos);
    const MgLogField fields[] = {{"ticket", mail->ticket},
                                 {"recipient", to},
                                 {"message_id", mail->message_id},
                                 {NULL, NULL}};
    MgOutcome *outcome = mg_outcome_new();

    outcome->reply = g_strdup("not sent, this is a dry run");
    if (worker->site->purpose == MG_PURPOSE_DRY_RUN)
        mg_log_write(MG_LOG_INFO, MG_LOGGER, fields, "ticket %s to %s: %s", mail->ticket, to,
                     outcome->reply);
    return outcome;
}

static void tell(const MgWorker *worker, const MgMail *mail, const MgOutcome *outcome,
                 gboolean is_copy)
{
    const MgAccountMail told = {.group = worker->host.group,
                                .format_name = worker->format_name,
                                .mail = mail,
                                .outcome = outcome,
                                .is_copy = is_copy,
                                .is_resent = worker->task->uncertain != NULL};

    mg_account_tell_mail(worker->site->account, &told);
}

MgOutcome *mg_stage7_send(MgWorker *worker, const MgMail *mail, gboolean is_copy, GError **error)
{
    g_autoptr(MgOutcome) outcome = NULL;

    g_assert(mg_safety_is_applied(worker->site->safety, mail));
    if (worker->session == NULL) {
        tell(worker, mail, NULL, is_copy);
        return pretend(worker, mail);
    }
    outcome = mg_session_send(worker->session, mail, error);
    if (outcome == NULL)
        return NULL;
    worker->mail_accepted = TRUE;
    log_acceptance(worker->host.group, mail, outcome);
    tell(worker, mail, outcome, is_copy);
    return g_steal_pointer(&outcome);
}
