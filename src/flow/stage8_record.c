/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage8_record.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/sent.h"
#include "database/vanished.h"
#include "flow/settle.h"

#include <string.h>

#define HINT "HINT: "

/* The claim's transaction is gone, perhaps after its commit: what stands in the database decides.
 */
static gboolean record_again(MgWorker *worker, const MgMail *mail, gint64 intent_id, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mg_worker_reconnect(worker, &failure) &&
        mg_sent_record_again(worker->claim, worker->task->group, mail->ticket, mail->date,
                             intent_id, NULL, &failure))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                "ticket %s was accepted by the mail server but could not be recorded: %s%s",
                mail->ticket, failure->message,
                intent_id != 0 ? "\nHINT: its delivery intent stays in the database; the next run "
                                 "treats the delivery as uncertain"
                               : "");
    return FALSE;
}

static gboolean record(MgWorker *worker, const MgMail *mail, gint64 intent_id, GError **error)
{
    const MgGroup *group = worker->task->group;

    if (worker->task->uncertain != NULL) /* some of the directives may be recorded already */
        return mg_sent_record_again(worker->claim, group, mail->ticket, mail->date, intent_id, NULL,
                                    error);
    return mg_sent_record(worker->claim, group, mail->ticket, mail->date, intent_id, error);
}

gboolean mg_stage8_record(MgWorker *worker, const MgMail *mail, gint64 intent_id, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (worker->site->purpose != MG_PURPOSE_SEND || record(worker, mail, intent_id, &failure))
        return TRUE;
    mg_log_warning("recording ticket %s is tried again: %s", mail->ticket, failure->message);
    return record_again(worker, mail, intent_id, error);
}

void mg_stage8_record_number(MgWorker *worker, const MgMail *mail, gint64 *intent_id)
{
    g_autoptr(GError) failure = NULL;

    if (worker->site->purpose != MG_PURPOSE_SEND)
        return;
    if (mg_sent_record_again(worker->claim, worker->task->group, mail->ticket, mail->date,
                             *intent_id, NULL, &failure))
        *intent_id = 0;
    else
        mg_log_warning("ticket %s was sent beside the one that is recorded, and is not in table "
                       "sent: %s",
                       mail->ticket, failure->message);
}

/* Those who look for a failure are shown its first line, so that has to name the group. Advice comes
 * behind it, and so does a traceback: it stays in one piece. (transfer full) */
static gchar *summarize(const gchar *message, const gchar **rest)
{
    const gchar *line_end = strchr(message, '\n');

    *rest = line_end != NULL ? line_end + 1 : NULL;
    if (*rest == NULL || g_str_has_prefix(*rest, HINT))
        return g_strndup(message, line_end != NULL ? (gsize)(line_end - message) : strlen(message));
    *rest = message;
    return g_strdup("an exception, as shown below");
}

static void log_failure(const MgGroup *group, const GError *failure)
{
    const gchar *rest = NULL;
    g_autofree gchar *summary = summarize(failure->message, &rest);
    g_autofree gchar *description = mg_group_describe(group);
    g_autofree gchar *directives = mg_group_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *events = mg_group_format_ids(group->event_ids, group->n_events);
    const MgLogField fields[] = {{"recipient", group->recipient_address},
                                 {"directive_ids", directives},
                                 {"event_ids", events},
                                 {NULL, NULL}};

    mg_log_write(MG_LOG_ERROR, MG_LOGGER, fields,
                 "Error: not notified: %s; %s directive_ids=[%s] event_ids=[%s]%s%s", summary,
                 description, directives, events, rest != NULL ? "\n" : "",
                 rest != NULL ? rest : "");
}

/* Directives without an event would be pending for ever. */
static void set_aside(MgWorker *worker)
{
    g_autoptr(GError) failure = NULL;
    gsize n_moved = 0;

    if (!mg_vanished_set_aside(worker->claim, worker->task->group, &n_moved, &failure))
        mg_log_warning("directives without events stay pending: %s", failure->message);
    else if (n_moved > 0)
        mg_log_warning("%" G_GSIZE_FORMAT " directives whose events were removed are set aside in "
                       "table rejected_directives",
                       n_moved);
}

static const gchar *why_skipped(const MgWorker *worker, MgLeft how)
{
    const MgIntent *intent = worker->task->uncertain;
    const gchar *because = intent != NULL ? mg_settle_no_mail_because(intent, worker->site) : NULL;

    if (how == MG_LEFT_ELSEWHERE)
        return "another session has it in hand";
    return because != NULL
               ? because
               : "it was sent or removed meanwhile, or the run ended while it was in hand";
}

/* The sent and the postponed were told where more was known of them. */
static void tell(const MgWorker *worker, MgLeft how, const GError *failure)
{
    MgAccount *account = worker->site->account;

    if (how == MG_LEFT_FAILED)
        mg_account_tell_failed(account, worker->task->group, failure);
    else if (how == MG_LEFT_ELSEWHERE || how == MG_LEFT_SKIPPED)
        mg_account_tell_skipped(account, worker->task->group, how, why_skipped(worker, how));
}

void mg_stage8_leave(MgWorker *worker, MgLeft how, const GError *failure)
{
    g_assert(how == MG_LEFT_FAILED ? failure != NULL : failure == NULL);
    mg_connection_rollback(worker->claim);
    if (failure != NULL && worker->site->purpose != MG_PURPOSE_PREVIEW)
        log_failure(worker->task->group, failure);
    if (worker->hand->events_vanished && worker->site->purpose == MG_PURPOSE_SEND)
        set_aside(worker);
    tell(worker, how, failure);
    mg_summary_count_left(worker->summary, how);
}
