/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/task_list.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/clock.h"
#include "base/log.h"
#include "database/intent.h"
#include "database/pending.h"
#include "flow/settle.h"
#include "run/left_behind.h"

#include <string.h>

static const gchar *what_follows(const MgIntent *intent, const MgSite *site)
{
    if (intent->group == NULL)
        return "its directives were removed since, so it is forgotten";
    if (intent->decision == MG_DECISION_WAS_SENT)
        return "the operator says that it was sent";
    if (mg_settle_is_held(intent, site))
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
                 "the delivery of ticket %s to %s is %s since %s: %s", intent->ticket, to,
                 intent->decision == MG_DECISION_SEND_AGAIN ? "still to be made" : "uncertain",
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
    MgTask *task = mg_task_new(mg_group_ref(intent->group), intent);
    MgTask *last = tasks->len > 0 ? g_ptr_array_index(tasks, tasks->len - 1) : NULL;

    if (last == NULL || !is_same_group(last->group, intent->group)) {
        g_ptr_array_add(tasks, task);
        return;
    }
    while (last->sibling != NULL)
        last = last->sibling;
    last->sibling = task;
}

static GPtrArray *list_uncertain(MgConnection *connection, const MgSite *site, GError **error)
{
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);
    g_autoptr(GPtrArray) intents = mg_uncertain_list(connection, error);

    if (intents == NULL)
        return NULL;
    if (site->purpose == MG_PURPOSE_SEND && !mg_left_behind_sort_out(connection, intents, error))
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

/* What is uncertain is left to runs of the program: it needs intents of its own. */
static GPtrArray *begin_list(MgConnection *connection, const MgSite *site, GError **error)
{
    if (site->borrowed != NULL)
        return g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);
    return list_uncertain(connection, site, error);
}

GPtrArray *mg_task_list_make(MgConnection *connection, const MgSite *site, GError **error)
{
    const gchar *where = site->settings->database.additional_directive_where;
    g_autoptr(GPtrArray) tasks = begin_list(connection, site, error);
    g_autoptr(GPtrArray) groups = NULL;

    if (tasks == NULL)
        return NULL;
    groups = mg_pending_list(connection, where, error);
    if (groups == NULL)
        return NULL;
    mg_log_debug("%u groups are pending", groups->len);
    for (guint i = 0; i < groups->len; i++)
        g_ptr_array_add(tasks, mg_task_new(mg_group_ref(g_ptr_array_index(groups, i)), NULL));
    return g_steal_pointer(&tasks);
}
