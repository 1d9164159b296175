/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/run.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "database/intent.h"
#include "database/run_register.h"
#include "flow/notify.h"
#include "run/progress.h"
#include "base/stop.h"
#include "run/task_filter.h"
#include "run/task_list.h"
#include "flow/worker.h"

struct MgRun {
    const MgSite *site;
    MgSummary *summary;
    MgConnection *connection;
    gint64 run_id;
    gboolean keeps_intents; /* the database has a place for them */
    gboolean is_noted;      /* the start is; so the end is to follow */
    GPtrArray *workers;     /* of MgWorker; kept from batch to batch */
};

/* One call of mg_run_process(), as its threads see it. */
typedef struct {
    MgSummary *summary;
    MgSafety *safety;
    GPtrArray *tasks;
    GMutex lock;     /* of all below */
    guint next;      /* index of the next task */
    guint end;       /* past the last */
    GQueue returned; /* tasks of workers that gave up */
    guint n_gave_up; /* workers */
    GError *failure; /* of the first that gave up */
} Batch;

typedef struct {
    Batch *batch;
    MgWorker *worker;
} Shift;

/* How long the end of a run waits for a database that went away, to be noted in it. */
#define NOTE_PATIENCE (10 * G_USEC_PER_SEC)

static gboolean find_support(MgRun *run, GError **error)
{
    const gchar *database = run->site->settings->database.name; /* NULL: libpq finds its own */

    if (!mg_intent_is_supported(run->connection, &run->keeps_intents, error))
        return FALSE;
    if (!run->keeps_intents)
        mg_log_warning(
            "the database keeps no delivery intents: a mail whose delivery is cut off may "
            "be sent a second time under another ticket number\n"
            "HINT: as superuser: psql -f notifications.sql %s",
            database != NULL ? database : "DATABASE");
    return TRUE;
}

/* A lock without a run keeps all later runs from their work. */
static void tell_of_other(MgRun *run)
{
    gboolean is_alive = FALSE;
    g_autofree gchar *other = mg_run_register_describe_other(run->connection, &is_alive, NULL);

    if (other != NULL && is_alive)
        mg_log_info("The other instance runs %s.", other);
    else if (other != NULL)
        mg_log_warning(
            "the lock of a run is held by %s, but no run of it is alive: nothing is sent "
            "until that session ends\nHINT: end it with pg_terminate_backend(); a pooler "
            "in transaction mode keeps such sessions",
            other);
}

MgRun *mg_run_new(const MgSite *site, gboolean *is_alone, GError **error)
{
    g_autoptr(MgRun) run = g_new0(MgRun, 1);

    run->site = site;
    run->summary = mg_summary_new();
    run->workers = g_ptr_array_new_with_free_func((GDestroyNotify)mg_worker_free);
    run->run_id = mg_run_register_new_id();
    *is_alone = TRUE;
    if (site->borrowed != NULL) {
        run->connection = site->borrowed;
        return g_steal_pointer(&run);
    }
    run->connection = mg_connection_open(&site->settings->database, "run", error);
    if (run->connection == NULL)
        return NULL;
    if (site->purpose == MG_PURPOSE_PREVIEW)
        return g_steal_pointer(&run);
    /* Beside the workers' desks, so that one connection that is cut leaves the run alive: its intents
     * must not look uncertain to another instance while the worker opens it again. */
    if (!find_support(run, error) || !mg_run_register_join(run->connection, run->run_id, error))
        return NULL;
    if (site->settings->instances == MG_INSTANCES_EXCLUSIVE &&
        !mg_run_register_lock_exclusively(run->connection, is_alone, error))
        return NULL;
    if (!*is_alone)
        tell_of_other(run);
    return g_steal_pointer(&run);
}

void mg_run_free(MgRun *run)
{
    if (run == NULL)
        return;
    g_ptr_array_unref(run->workers);
    if (run->site->borrowed == NULL)
        g_clear_pointer(&run->connection, mg_connection_free);
    mg_summary_free(run->summary);
    g_free(run);
}

void mg_run_note_start(MgRun *run, const gchar *program_version)
{
    g_autoptr(GError) failure = NULL;

    g_assert(run->site->purpose != MG_PURPOSE_PREVIEW);
    run->is_noted = mg_run_register_note_start(run->connection, run->run_id, program_version,
                                               run->site->purpose == MG_PURPOSE_DRY_RUN, &failure);
    if (!run->is_noted)
        mg_log_warning("the run is not noted in the database: %s", failure->message);
}

/* The connection may have broken long ago without anybody having used it since. */
static gboolean note_end(MgRun *run, const MgRunEnd *end, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mg_run_register_note_end(run->connection, run->run_id, end, &failure))
        return TRUE;
    if (!mg_connection_is_broken(run->connection)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return mg_connection_reopen_within(run->connection, NOTE_PATIENCE, error) &&
           mg_run_register_note_end(run->connection, run->run_id, end, error);
}

void mg_run_note_end(MgRun *run, gint exit_status, const gchar *ended_because)
{
    g_autoptr(GError) failure = NULL;
    const MgRunEnd end = {mg_summary_mails(run->summary), mg_summary_postponed(run->summary),
                          mg_summary_errors(run->summary), exit_status, ended_because};

    if (run->is_noted && !note_end(run, &end, &failure))
        mg_log_warning("the end of the run is not noted in the database: %s", failure->message);
}

GPtrArray *mg_run_list(MgRun *run, const MgTaskFilter *filter, GError **error)
{
    GPtrArray *tasks = mg_task_list_make(run->connection, run->site, error);

    if (tasks != NULL && filter != NULL)
        mg_task_filter_apply(filter, tasks);
    return tasks;
}

static const MgTask *take_task(Batch *batch)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&batch->lock);

    if (mg_stop_requested() || !mg_safety_may_go_on(batch->safety, NULL))
        return NULL;
    if (batch->next < batch->end)
        return g_ptr_array_index(batch->tasks, batch->next++);
    return g_queue_pop_head(&batch->returned);
}

/* A failure that no further task of this worker would be spared. It may be this worker's alone, since a
 * relay takes only so many connections at once: so its task goes to the others, but where nobody must take
 * it up again, since one of its mails was accepted. */
static void give_up(Batch *batch, const MgTask *task, GError *failure)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&batch->lock);

    if (task != NULL)
        g_queue_push_tail(&batch->returned, (gpointer)task);
    batch->n_gave_up++;
    if (batch->failure == NULL)
        batch->failure = failure;
    else /* the first says it all: a server that is down fails every worker alike */
        g_error_free(failure);
}

static gpointer work(gpointer data)
{
    g_autofree Shift *shift = data;
    Batch *batch = shift->batch;
    const MgTask *task;

    while ((task = take_task(batch)) != NULL) {
        for (; task != NULL && !mg_stop_requested(); task = task->sibling) {
            GError *failure = NULL;
            mg_summary_count_taken(batch->summary);
            if (mg_notify_group(shift->worker, task, &failure))
                continue;
            give_up(batch, shift->worker->mail_accepted ? task->sibling : task, failure);
            return NULL;
        }
    }
    return NULL;
}

/* As many workers as there can be use of. */
static gboolean hire(MgRun *run, guint n_tasks, GError **error)
{
    guint wanted = run->site->borrowed != NULL ? 1 : MIN(run->site->settings->workers, n_tasks);

    while (run->workers->len < wanted) {
        MgWorker *worker =
            mg_worker_new(run->site, run->summary, run->keeps_intents ? run->run_id : 0, error);
        if (worker == NULL)
            return FALSE;
        g_ptr_array_add(run->workers, worker);
    }
    return TRUE;
}

static void work_all(MgRun *run, Batch *batch, guint n_tasks)
{
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    g_autoptr(MgProgress) progress =
        run->site->is_hosted ? NULL : mg_progress_new(run->summary, n_tasks);

    for (guint i = 0; i < run->workers->len; i++) {
        Shift *shift = g_new(Shift, 1);
        *shift = (Shift){batch, g_ptr_array_index(run->workers, i)};
        g_ptr_array_add(threads, g_thread_new("worker", work, shift));
    }
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
}

/* Where some workers gave up and the others did it all, that is worth a word; where tasks are left, it is
 * the end of the run. */
static gboolean settle(Batch *batch, GError **error)
{
    gboolean is_done = batch->next == batch->end && g_queue_is_empty(&batch->returned);

    g_queue_clear(&batch->returned);
    if (batch->failure == NULL)
        return mg_safety_may_go_on(batch->safety, error);
    if (!is_done && !mg_stop_requested()) {
        g_propagate_error(error, batch->failure);
        return FALSE;
    }
    mg_log_warning("%u workers gave up, the others went on: %s", batch->n_gave_up,
                   batch->failure->message);
    g_error_free(batch->failure);
    return TRUE;
}

/* Before the first mail: would what is asked for keep the limits? Told by a preview of it. */
static gboolean try_limits(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    MgSite site = *run->site;
    g_autoptr(MgSafety) safety = mg_safety_new_trial(run->site->safety);
    g_autoptr(MgRun) trial = NULL;
    gboolean is_alone;

    site.purpose = MG_PURPOSE_PREVIEW;
    site.is_trial = TRUE;
    site.keyring = NULL;
    site.account = NULL;
    site.safety = safety;
    mg_log_debug("counting what would be sent, since there are limits");
    trial = mg_run_new(&site, &is_alone, error);
    return trial != NULL && mg_run_process(trial, tasks, first, n_tasks, error) &&
           mg_safety_judge(safety, error);
}

gboolean mg_run_process(MgRun *run, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    Batch batch = {.summary = run->summary,
                   .safety = run->site->safety,
                   .tasks = tasks,
                   .next = first,
                   .end = first + n_tasks};

    g_assert(first + n_tasks <= tasks->len);
    if (run->site->purpose != MG_PURPOSE_PREVIEW && mg_safety_has_limits(run->site->safety) &&
        !try_limits(run, tasks, first, n_tasks, error))
        return FALSE;
    if (!hire(run, n_tasks, error))
        return FALSE;
    g_mutex_init(&batch.lock);
    g_queue_init(&batch.returned);
    work_all(run, &batch, n_tasks);
    g_mutex_clear(&batch.lock);
    mg_summary_check(run->summary);
    return settle(&batch, error);
}

const MgSummary *mg_run_summary(const MgRun *run)
{
    return run->summary;
}
