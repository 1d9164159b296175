/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/run.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/intent.h"
#include "database/pending.h"
#include "database/run_register.h"
#include "flow/notify.h"
#include "flow/progress.h"
#include "flow/settle.h"
#include "flow/stop.h"
#include "flow/worker.h"

struct MgRun {
    const MgSite *site;
    MgSummary *summary;
    MgConnection *connection;
    gint64 run_id;      /* 0 where the database keeps no intents */
    GPtrArray *workers; /* of MgWorker; kept from batch to batch */
};

/* One call of mg_run_process(), as its threads see it. */
typedef struct {
    MgSummary *summary;
    GPtrArray *tasks;
    gint next; /* atomic */
    gint end;
    GMutex lock;
    GError *ending; /* under lock: why no further task is begun */
} Batch;

typedef struct {
    Batch *batch;
    MgWorker *worker;
} Shift;

static gboolean find_support(MgRun *run, GError **error)
{
    gboolean supported;

    if (!mg_intent_is_supported(run->connection, &supported, error))
        return FALSE;
    if (supported)
        run->run_id = mg_run_register_new_id();
    else
        mg_log_warning(
            "the database keeps no delivery intents: a mail whose delivery is cut off may "
            "be sent a second time under another ticket number\n"
            "HINT: as superuser: psql -f notifications.sql %s",
            run->site->settings->database.name);
    return TRUE;
}

MgRun *mg_run_new(const MgSite *site, gboolean *is_alone, GError **error)
{
    g_autoptr(MgRun) run = g_new0(MgRun, 1);

    run->site = site;
    run->summary = mg_summary_new();
    run->workers = g_ptr_array_new_with_free_func((GDestroyNotify)mg_worker_free);
    run->connection = mg_connection_open(&site->settings->database, "run", error);
    *is_alone = TRUE;
    if (run->connection == NULL)
        return NULL;
    if (site->purpose == MG_PURPOSE_PREVIEW)
        return g_steal_pointer(&run);
    if (!find_support(run, error))
        return NULL;
    if (site->settings->instances == MG_INSTANCES_EXCLUSIVE &&
        !mg_run_register_lock_exclusively(run->connection, is_alone, error))
        return NULL;
    return g_steal_pointer(&run);
}

void mg_run_free(MgRun *run)
{
    if (run == NULL)
        return;
    g_ptr_array_unref(run->workers);
    g_clear_pointer(&run->connection, mg_connection_free);
    mg_summary_free(run->summary);
    g_free(run);
}

GPtrArray *mg_run_list(MgRun *run, GError **error)
{
    const gchar *where = run->site->settings->database.additional_directive_where;
    g_autoptr(GPtrArray) tasks = mg_settle_list(run->connection, run->site, error);
    g_autoptr(GPtrArray) groups = NULL;

    if (tasks == NULL)
        return NULL;
    groups = mg_pending_list(run->connection, where, error);
    if (groups == NULL)
        return NULL;
    mg_log_debug("%u groups are pending", groups->len);
    for (guint i = 0; i < groups->len; i++)
        g_ptr_array_add(tasks,
                        mg_worker_task_new(mg_group_ref(g_ptr_array_index(groups, i)), NULL));
    return g_steal_pointer(&tasks);
}

static void end_batch(Batch *batch, GError *failure)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&batch->lock);

    g_atomic_int_set(&batch->next, batch->end);
    if (batch->ending == NULL)
        batch->ending = failure;
    else /* the first says it all: a server that is down fails every worker alike */
        g_error_free(failure);
}

static void do_task(Shift *shift, const MgTask *task)
{
    for (; task != NULL && !mg_stop_requested(); task = task->sibling) {
        GError *failure = NULL;

        mg_summary_count_taken(shift->batch->summary);
        if (!mg_notify_group(shift->worker, task, &failure)) {
            end_batch(shift->batch, failure);
            return;
        }
    }
}

static gpointer work(gpointer data)
{
    g_autofree Shift *shift = data;
    Batch *batch = shift->batch;

    while (!mg_stop_requested()) {
        gint index = g_atomic_int_add(&batch->next, 1);
        if (index >= batch->end)
            break;
        do_task(shift, g_ptr_array_index(batch->tasks, (guint)index));
    }
    return NULL;
}

/* As many workers as there can be use of. */
static gboolean hire(MgRun *run, guint n_tasks, GError **error)
{
    guint wanted = MIN(run->site->settings->workers, n_tasks);

    while (run->workers->len < wanted) {
        MgWorker *worker = mg_worker_new(run->site, run->summary, run->run_id, error);
        if (worker == NULL)
            return FALSE;
        g_ptr_array_add(run->workers, worker);
    }
    return TRUE;
}

static void work_all(MgRun *run, Batch *batch, guint n_tasks)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    g_autoptr(MgProgress) progress = mg_progress_new(run->summary, n_tasks);

    for (guint i = 0; i < run->workers->len; i++) {
        Shift *shift = g_new(Shift, 1);
        *shift = (Shift){batch, g_ptr_array_index(run->workers, i)};
        g_ptr_array_add(threads, g_thread_new("worker", work, shift));
    }
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
}

gboolean mg_run_process(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    Batch batch = {.summary = run->summary,
                   .tasks = tasks,
                   .next = (gint)first,
                   .end = (gint)(first + n_tasks)};

    g_assert(first + n_tasks <= tasks->len);
    if (!hire(run, n_tasks, error))
        return FALSE;
    g_mutex_init(&batch.lock);
    work_all(run, &batch, n_tasks);
    g_mutex_clear(&batch.lock);
    mg_summary_check(run->summary);
    if (batch.ending == NULL)
        return TRUE;
    g_propagate_error(error, batch.ending);
    return FALSE;
}

const MgSummary *mg_run_summary(const MgRun *run)
{
    return run->summary;
}
