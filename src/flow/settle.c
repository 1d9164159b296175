/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/settle.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/log.h"
#include "database/intent.h"
#include "database/sent.h"

#include <string.h>

static gboolean is_held(const MgIntent *intent, const MgSite *site)
{
    return intent->decision == MG_DECISION_NONE &&
           site->settings->uncertain_deliveries == MG_UNCERTAIN_HOLD;
}

static const gchar *what_follows(const MgIntent *intent, const MgSite *site)
{
    if (intent->group == NULL)
        return "its directives were removed since, so it is forgotten";
    if (intent->decision == MG_DECISION_WAS_SENT)
        return "the operator says that it was sent";
    if (is_held(intent, site))
        return "it is held until an operator decides, see intelmqcbmail uncertain";
    return "it is made again under the same ticket and Message-Id";
}

static void warn(const MgIntent *intent, const MgSite *site)
{
    g_autofree gchar *to = g_strjoinv(", ", intent->recipients);
    g_autofree gchar *since = mg_clock_format_utc(intent->created_at);
    const MgLogField fields[] = {{"ticket", intent->ticket},
                                 {"recipient", to},
                                 {"message_id", intent->message_id},
                                 {NULL, NULL}};

    mg_log_write(MG_LOG_WARNING, MG_LOGGER, fields,
                 "the delivery of ticket %s to %s is uncertain since %s: %s", intent->ticket, to,
                 since, what_follows(intent, site));
}

/* Its mails may have tickets of their own, but need the same locks: so one worker has them all. */
static gboolean is_same_group(const MgGroup *a, const MgGroup *b)
{
    return a->n_directives == b->n_directives &&
           memcmp(a->directive_ids, b->directive_ids, a->n_directives * sizeof *a->directive_ids) ==
               0;
}

static void append(GPtrArray *tasks, MgIntent *intent)
{
    MgTask *task = mg_worker_task_new(mg_group_ref(intent->group), intent);
    MgTask *last = tasks->len > 0 ? g_ptr_array_index(tasks, tasks->len - 1) : NULL;

    if (last == NULL || !is_same_group(last->group, intent->group)) {
        g_ptr_array_add(tasks, task);
        return;
    }
    while (last->sibling != NULL)
        last = last->sibling;
    last->sibling = task;
}

GPtrArray *mg_settle_list(MgConnection *connection, const MgSite *site, GError **error)
{
    g_autoptr(GPtrArray) tasks =
        g_ptr_array_new_with_free_func((GDestroyNotify)mg_worker_task_free);
    g_autoptr(GPtrArray) intents = mg_uncertain_list(connection, error);

    if (intents == NULL)
        return NULL;
    while (intents->len > 0) {
        g_autoptr(MgIntent) intent = g_ptr_array_steal_index(intents, 0);
        warn(intent, site);
        if (intent->group != NULL)
            append(tasks, g_steal_pointer(&intent));
        else if (site->purpose == MG_PURPOSE_SEND &&
                 !mg_intent_forget(connection, &intent->id, 1, error))
            return NULL;
    }
    return g_steal_pointer(&tasks);
}

static gboolean forget(MgWorker *worker, GError **error)
{
    return mg_intent_forget(worker->claim, &worker->task->uncertain->id, 1, error) &&
           mg_connection_commit(worker->claim, error);
}

static gboolean hold(MgWorker *worker, GError **error)
{
    return mg_uncertain_hold(worker->claim, worker->task->uncertain->id, error) &&
           mg_connection_commit(worker->claim, error);
}

static gboolean record(MgWorker *worker, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;

    if (!intent->marks_directives)
        return forget(worker, error);
    return mg_sent_record_again(worker->claim, intent->group, intent->ticket, intent->mail_date,
                                intent->id, NULL, error);
}

/* Somebody who knows no intents sent these directives since, or another process recorded them. A copy is
 * never overtaken: its directives may well be recorded, under its own ticket or another mail's. */
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
    if (is_held(intent, site))
        return "an uncertain delivery that is held until an operator decides, see intelmqcbmail "
               "uncertain";
    return NULL;
}

static MgLeft leave(gboolean done, MgLeft how)
{
    return done ? how : MG_LEFT_FAILED;
}

gboolean mg_settle_without_mail(MgWorker *worker, MgLeft *how, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    gboolean is_recorded = intent->decision == MG_DECISION_WAS_SENT;

    if (mg_settle_no_mail_because(intent, worker->site) == NULL)
        return FALSE;
    *how = MG_LEFT_SKIPPED;
    if (worker->site->purpose != MG_PURPOSE_SEND)
        return TRUE;
    if (is_recorded)
        *how = leave(record(worker, error), MG_LEFT_SKIPPED);
    else if (is_overtaken(intent))
        *how = leave(forget(worker, error), MG_LEFT_SKIPPED);
    else
        *how = leave(hold(worker, error), MG_LEFT_SKIPPED);
    return TRUE;
}
