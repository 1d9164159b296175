/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/crew.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "base/stop.h"
#include "flow/handful.h"
#include "flow/worker.h"
#include "run/hiring.h"
#include "run/progress.h"

struct MgCrew {
    const MgSite *site;
    MgSummary *summary;
    MgDesk *desk;
    MgFleet *fleet;        /* NULL where nothing is sent, and before the first worker */
    GPtrArray *workers;    /* of MgWorker; kept from call to call */
    guint most;            /* 0: as many as pay; less once somebody has refused one */
    GThread *ahead;        /* (nullable): hires the first worker */
    MgConnection *session; /* that of this worker, for that thread to take */
    GError *ahead_failure; /* of that thread */
};

/* One call of mg_crew_work(), as its threads see it. */
typedef struct {
    MgCrew *crew;
    GPtrArray *tasks;
    guint first;         /* index of the first task */
    gint64 begun;        /* monotonic */
    guint n_done_before; /* by calls before it */
    GMutex lock;         /* of all below, and of the crew's workers */
    GCond changed;       /* tasks were returned, or a worker is through */
    guint next;          /* index of the next task */
    guint end;           /* past the last */
    guint n_workers;     /* threads that have not ended */
    guint n_busy;        /* of these: have tasks in hand, which may come back */
    GQueue returned;     /* tasks of workers that gave up */
    guint n_gave_up;     /* workers */
    GError *failure;     /* of the first that gave up */
    GError *refusal;     /* why no further worker could be hired */
    gboolean is_over;    /* the set-up must be mended: no worker begins anything more */
    gboolean told_stop;
} Call;

typedef struct {
    Call *call;
    MgWorker *worker; /* NULL: to be hired */
} Shift;

MgCrew *mg_crew_new(const MgSite *site, MgSummary *summary, MgDesk *desk)
{
    MgCrew *crew = g_new0(MgCrew, 1);

    crew->site = site;
    crew->summary = summary;
    crew->desk = desk;
    crew->workers = g_ptr_array_new_with_free_func((GDestroyNotify)mg_worker_free);
    crew->most = site->borrowed != NULL ? 1 : site->settings->workers;
    return crew;
}

void mg_crew_free(MgCrew *crew)
{
    if (crew == NULL)
        return;
    if (crew->ahead != NULL)
        g_thread_join(crew->ahead);
    g_clear_error(&crew->ahead_failure);
    g_ptr_array_unref(crew->workers);
    mg_fleet_free(crew->fleet);
    g_free(crew);
}

/* One worker's shift */

/* As many as leave the others something to do, unless all wait for the mail server alike. */
static guint share(const Call *call, const MgWorker *worker)
{
    guint n_left = call->end - call->next;

    if (mg_pace_at_once(&worker->pace) > 1)
        return n_left;
    return (n_left + call->n_workers - 1) / call->n_workers;
}

static guint take_next(Call *call, const MgWorker *worker, const MgTask **tasks)
{
    guint n_tasks;

    if (call->next == call->end) {
        tasks[0] = g_queue_pop_head(&call->returned);
        return tasks[0] != NULL ? 1 : 0;
    }
    n_tasks = mg_handful_size(worker, call->tasks, call->next, share(call, worker));
    for (guint i = 0; i < n_tasks; i++)
        tasks[i] = g_ptr_array_index(call->tasks, call->next++);
    return n_tasks;
}

/* What the worker has next: its lot, or one of those that others have given up, for which it waits.
 * None where the run ends. */
static guint take_tasks(Call *call, const MgWorker *worker, const MgTask **tasks)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->lock);

    for (;;) {
        guint n_tasks;

        if (call->is_over || mg_stop_requested() ||
            !mg_safety_may_go_on(call->crew->site->safety, NULL))
            return 0;
        n_tasks = take_next(call, worker, tasks);
        if (n_tasks > 0 || call->n_busy == 0) {
            call->n_busy += n_tasks > 0;
            return n_tasks;
        }
        g_cond_wait_until(&call->changed, &call->lock,
                          g_get_monotonic_time() + 10 * MG_HIRING_TICK_US);
    }
}

static void be_through(Call *call)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->lock);

    call->n_busy--;
    g_cond_broadcast(&call->changed);
}

/* A failure that no further task of this worker would be spared. It may be this worker's alone,
 * since a relay takes only so many connections at once: so its tasks go to the others, and nobody
 * is hired any more. */
static void give_up(Call *call, const GPtrArray *not_done, GError *failure)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&call->lock);

    for (guint i = 0; i < not_done->len; i++)
        g_queue_push_tail(&call->returned, g_ptr_array_index(not_done, i));
    call->n_gave_up++;
    call->is_over = call->is_over || g_error_matches(failure, MG_ERROR, MG_ERROR_SETUP);
    call->crew->most = MAX(1, call->n_workers - 1);
    if (call->failure == NULL)
        call->failure = failure;
    else /* the first says it all: a server that is down fails every worker alike */
        g_error_free(failure);
}

/* All other tasks are the list's. */
static void free_part(gpointer task, gpointer unused)
{
    if (((MgTask *)task)->is_part)
        mg_task_free(task);
}

static gboolean do_lot(const Shift *shift, const MgTask *const *tasks, guint n_tasks)
{
    g_autoptr(GPtrArray) not_done = g_ptr_array_new();
    MgTask *sibling = tasks[0]->sibling; /* a part of a group is gone once it is done */
    GError *failure = NULL;

    for (guint i = 0; i < n_tasks; i++)
        mg_summary_count_taken(shift->call->crew->summary);
    if (mg_handful_do(shift->worker, tasks, n_tasks, not_done, &failure)) {
        g_ptr_array_foreach(not_done, free_part, NULL);
        return TRUE;
    }
    if (not_done->len == 0 && sibling != NULL)
        g_ptr_array_add(not_done, sibling);
    give_up(shift->call, not_done, failure);
    return FALSE;
}

static gboolean do_lots(const Shift *shift, const MgTask *const *tasks, guint n_tasks)
{
    const MgTask *sibling = tasks[0]->sibling;

    if (!do_lot(shift, tasks, n_tasks))
        return FALSE;
    for (; sibling != NULL && !mg_stop_requested(); sibling = sibling->sibling)
        if (!do_lot(shift, &sibling, 1))
            return FALSE;
    return TRUE;
}

static gboolean come_to_work(Shift *shift)
{
    Call *call = shift->call;
    g_autoptr(GError) refusal = NULL;

    if (shift->worker != NULL)
        return TRUE;
    shift->worker = mg_worker_new(call->crew->site, call->crew->summary, call->crew->desk,
                                  call->crew->fleet, NULL, FALSE, &refusal);
    g_mutex_lock(&call->lock);
    if (shift->worker != NULL) {
        g_ptr_array_add(call->crew->workers, shift->worker);
    } else {
        call->crew->most = MAX(1, call->n_workers - 1);
        if (call->refusal == NULL)
            call->refusal = g_steal_pointer(&refusal);
    }
    g_mutex_unlock(&call->lock);
    return shift->worker != NULL;
}

static gpointer work(gpointer data)
{
    g_autofree Shift *shift = data;
    Call *call = shift->call;
    const MgTask *tasks[MG_PACE_MOST_GROUPS];
    gboolean goes_on = come_to_work(shift);
    guint n_tasks;

    while (goes_on && (n_tasks = take_tasks(call, shift->worker, tasks)) > 0) {
        goes_on = do_lots(shift, tasks, n_tasks);
        be_through(call);
    }
    g_mutex_lock(&call->lock);
    call->n_workers--;
    g_cond_broadcast(&call->changed);
    g_mutex_unlock(&call->lock);
    return NULL;
}

/* Hiring */

static void start(Call *call, GPtrArray *threads, MgWorker *worker)
{
    Shift *shift = g_new(Shift, 1);

    *shift = (Shift){call, worker};
    call->n_workers++;
    g_ptr_array_add(threads, g_thread_new("worker", work, shift));
}

static guint count_waiting(const MgCrew *crew)
{
    guint n_waiting = 0;

    for (guint i = 0; i < crew->workers->len; i++)
        n_waiting += mg_worker_is_waiting(g_ptr_array_index(crew->workers, i));
    return n_waiting;
}

static MgHiringLook look_at(const Call *call)
{
    return (MgHiringLook){.elapsed_us = g_get_monotonic_time() - call->begun,
                          .n_workers = call->n_workers,
                          .n_waiting = count_waiting(call->crew),
                          .n_taken = call->next - call->first,
                          .n_done = mg_summary_done(call->crew->summary) - call->n_done_before,
                          .n_left = call->end - call->next,
                          .most = call->crew->most};
}

/* Telling */

/* A lot of it may take long, and whoever waits must know that something goes on. */
static gchar *word_on_stop(Call *call)
{
    guint n_groups = mg_summary_in_hand(call->crew->summary);

    if (call->told_stop || !mg_stop_requested())
        return NULL;
    call->told_stop = TRUE;
    return g_strdup_printf("stopping: %u %s in hand; a second signal ends at once", n_groups,
                           n_groups == 1 ? "group" : "groups");
}

/* (transfer full) (element-type utf8) */
static GPtrArray *collect_words(Call *call)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    gchar *word = word_on_stop(call);

    if (word != NULL)
        g_ptr_array_add(words, word);
    for (guint i = 0; i < call->crew->workers->len; i++) {
        const MgWorker *worker = g_ptr_array_index(call->crew->workers, i);
        word = mg_busy_word(worker->busy, g_get_monotonic_time());
        if (word != NULL)
            g_ptr_array_add(words, word);
    }
    return words;
}

/* Without the call's lock: the log of a program that hosts this one needs the interpreter. */
static void tell(Call *call)
{
    g_autoptr(GPtrArray) words = collect_words(call);

    if (words->len == 0)
        return;
    g_mutex_unlock(&call->lock);
    for (guint i = 0; i < words->len; i++)
        mg_log_warning("%s", (const gchar *)g_ptr_array_index(words, i));
    g_mutex_lock(&call->lock);
}

/* Until all workers have ended. */
static void oversee(Call *call, GPtrArray *threads)
{
    MgHiring hiring = {0};

    g_mutex_lock(&call->lock);
    while (call->n_workers > 0) {
        MgHiringLook look = look_at(call);
        guint wanted = mg_hiring_wanted(&hiring, &look);

        if (!mg_stop_requested())
            while (call->n_workers < wanted && call->refusal == NULL)
                start(call, threads, NULL);
        tell(call);
        if (call->n_workers > 0)
            g_cond_wait_until(&call->changed, &call->lock,
                              g_get_monotonic_time() + MG_HIRING_TICK_US);
    }
    g_mutex_unlock(&call->lock);
}

static void work_all(Call *call)
{
    MgCrew *crew = call->crew;
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    g_autoptr(MgProgress) progress =
        crew->site->is_hosted ? NULL : mg_progress_new(crew->summary, call->end - call->next);

    g_mutex_lock(&call->lock);
    for (guint i = 0; i < MIN(crew->workers->len, call->end - call->next); i++)
        start(call, threads, g_ptr_array_index(crew->workers, i));
    g_mutex_unlock(&call->lock);
    oversee(call, threads);
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(g_ptr_array_index(threads, i));
}

/* Where some workers gave up and the others did it all, that is worth a word; where tasks are left,
 * it is the end of the run. */
static gboolean conclude(Call *call, GError **error)
{
    gboolean is_done = call->next == call->end && g_queue_is_empty(&call->returned);

    g_queue_foreach(&call->returned, free_part, NULL);
    g_queue_clear(&call->returned);
    if (call->refusal != NULL)
        mg_log_warning(
            "went on with %u %s, as no further one could be had: %s", call->crew->workers->len,
            call->crew->workers->len == 1 ? "worker" : "workers", call->refusal->message);
    g_clear_error(&call->refusal);
    if (call->failure == NULL)
        return mg_safety_may_go_on(call->crew->site->safety, error);
    if ((!is_done || call->is_over) && !mg_stop_requested()) {
        g_propagate_error(error, call->failure);
        return FALSE;
    }
    mg_log_warning("%u workers gave up, the others went on: %s", call->n_gave_up,
                   call->failure->message);
    g_error_free(call->failure);
    return TRUE;
}

/* Takes `session` (nullable) over. */
static gboolean hire(MgCrew *crew, MgConnection *session, GError **error)
{
    g_autoptr(MgConnection) given = session;
    MgWorker *worker;

    if (crew->fleet == NULL && crew->site->purpose == MG_PURPOSE_SEND) {
        crew->fleet = mg_fleet_new(&crew->site->settings->smtp, crew->most, error);
        if (crew->fleet == NULL)
            return FALSE;
    }
    worker = mg_worker_new(crew->site, crew->summary, crew->desk, crew->fleet,
                           g_steal_pointer(&given), TRUE, error);
    if (worker == NULL)
        return FALSE;
    g_ptr_array_add(crew->workers, worker);
    return TRUE;
}

static gpointer hire_in_thread(gpointer data)
{
    MgCrew *crew = data;

    return GINT_TO_POINTER(hire(crew, g_steal_pointer(&crew->session), &crew->ahead_failure));
}

void mg_crew_hire_ahead(MgCrew *crew)
{
    g_assert(crew->site->borrowed == NULL);
    if (crew->workers->len > 0 || crew->ahead != NULL)
        return;
    crew->session = mg_worker_new_session(crew->desk);
    crew->ahead = g_thread_new("hire", hire_in_thread, crew);
}

/* The first shows whether there can be any. */
static gboolean hire_first(MgCrew *crew, GError **error)
{
    gboolean is_hired;

    if (crew->ahead == NULL)
        return crew->workers->len > 0 || hire(crew, NULL, error);
    is_hired = GPOINTER_TO_INT(g_thread_join(g_steal_pointer(&crew->ahead)));
    if (!is_hired)
        g_propagate_error(error, g_steal_pointer(&crew->ahead_failure));
    return is_hired;
}

gboolean mg_crew_work(MgCrew *crew, GPtrArray *tasks, guint first, guint n_tasks, GError **error)
{
    Call call = {.crew = crew,
                 .tasks = tasks,
                 .first = first,
                 .next = first,
                 .end = first + n_tasks,
                 .begun = g_get_monotonic_time(),
                 .n_done_before = mg_summary_done(crew->summary)};

    if (n_tasks == 0)
        return TRUE;
    if (!hire_first(crew, error))
        return FALSE;
    g_mutex_init(&call.lock);
    g_cond_init(&call.changed);
    g_queue_init(&call.returned);
    work_all(&call);
    g_cond_clear(&call.changed);
    g_mutex_clear(&call.lock);
    mg_summary_check(crew->summary);
    return conclude(&call, error);
}
