/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/fleet.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

/* One call of mg_fleet_work(). */
typedef struct {
    MgFleetWork work;
    gpointer data;
    guint
        n_wanted; /* threads that shall still come to help; none once all is begun, or shall not be */
    guint n_busy;   /* threads that help */
    guint n_useful; /* have done something */
} Job;

struct MgFleet {
    const MgSmtpSettings *settings;
    GPtrArray *threads; /* that help; made when they are first wanted */
    GMutex lock;        /* of all but the settings, and of the jobs */
    GCond for_threads;  /* there is a job, and a session for it */
    GCond for_callers;  /* a session is free, a job is all begun or done */
    guint most;
    guint n_sessions; /* free or in use */
    GQueue free;      /* of MgSession; the one used last comes first */
    GQueue retired;   /* of MgSession, by whoever has it still in hand */
    gboolean has_retired;
    gboolean is_asked; /* what the server announces is known */
    gsize most_bytes;  /* of a mail; 0: no limit is known */
    GQueue jobs;       /* of Job: that want threads, the oldest first */
    gboolean is_ending;
};

/* Sessions */

static guint count_at_work(const MgFleet *fleet)
{
    return fleet->n_sessions - g_queue_get_length((GQueue *)&fleet->free);
}

/* (nullable): none is free, and there may be no further one. */
static MgSession *take_session(MgFleet *fleet)
{
    MgSession *session = g_queue_pop_head(&fleet->free);

    if (session != NULL || fleet->n_sessions >= fleet->most)
        return session;
    session = mg_session_new(fleet->settings, NULL);
    fleet->n_sessions += session != NULL;
    return session;
}

/* Ends one that the server has turned away: that may take its time. */
static void give_back(MgFleet *fleet, MgSession *session)
{
    gboolean is_retired;

    g_mutex_lock(&fleet->lock);
    is_retired = g_queue_remove(&fleet->retired, session);
    if (!is_retired)
        g_queue_push_head(&fleet->free, session);
    g_cond_signal(&fleet->for_threads);
    g_cond_broadcast(&fleet->for_callers);
    g_mutex_unlock(&fleet->lock);
    if (is_retired)
        mg_session_free(session);
}

/* What is too large */

static void lower(MgFleet *fleet, guint64 bytes)
{
    if (bytes > 0 && bytes < G_MAXSIZE && (fleet->most_bytes == 0 || bytes < fleet->most_bytes))
        fleet->most_bytes = (gsize)bytes;
}

/* Each connection may be to another server behind the same name, which takes less. */
static void learn(MgFleet *fleet, const MgSession *session)
{
    guint64 bytes = 0;

    if (mg_session_announced_size(session, &bytes))
        lower(fleet, bytes);
}

/* Jobs */

static void note_all_begun(MgFleet *fleet, Job *job)
{
    if (job->n_wanted > 0)
        g_queue_remove(&fleet->jobs, job);
    job->n_wanted = 0;
    g_cond_broadcast(&fleet->for_callers);
}

static void work(MgFleet *fleet, Job *job, MgSession *session)
{
    gboolean is_useful = FALSE;

    while (job->work(session, job->data))
        is_useful = TRUE;
    g_mutex_lock(&fleet->lock);
    learn(fleet, session);
    job->n_useful += is_useful;
    note_all_begun(fleet, job);
    g_mutex_unlock(&fleet->lock);
    give_back(fleet, session);
}

/* Threads that help */

/* (nullable): the end has come. */
static Job *take_job(MgFleet *fleet, MgSession **session)
{
    Job *job;

    while (!fleet->is_ending &&
           (g_queue_is_empty(&fleet->jobs) || (*session = take_session(fleet)) == NULL))
        g_cond_wait(&fleet->for_threads, &fleet->lock);
    if (fleet->is_ending)
        return NULL;
    job = g_queue_peek_head(&fleet->jobs);
    job->n_busy++;
    if (--job->n_wanted == 0)
        g_queue_pop_head(&fleet->jobs);
    return job;
}

/* At the end each says goodbye on one session, as the servers take their time for that as well. */
static gpointer help(gpointer data)
{
    MgFleet *fleet = data;
    MgSession *session = NULL;
    Job *job;

    g_mutex_lock(&fleet->lock);
    while ((job = take_job(fleet, &session)) != NULL) {
        g_mutex_unlock(&fleet->lock);
        work(fleet, job, session);
        g_mutex_lock(&fleet->lock);
        job->n_busy--;
        g_cond_broadcast(&fleet->for_callers);
    }
    session = g_queue_pop_head(&fleet->free);
    g_mutex_unlock(&fleet->lock);
    mg_session_free(session);
    return NULL;
}

/* Life */

MgFleet *mg_fleet_new(const MgSmtpSettings *settings, guint most, GError **error)
{
    MgSession *first = mg_session_new(settings, error);
    MgFleet *fleet;

    if (first == NULL)
        return NULL;
    fleet = g_new0(MgFleet, 1);
    fleet->settings = settings;
    fleet->threads = g_ptr_array_new();
    fleet->most = most > 0 ? most : MG_FLEET_MOST;
    g_mutex_init(&fleet->lock);
    g_cond_init(&fleet->for_threads);
    g_cond_init(&fleet->for_callers);
    g_queue_init(&fleet->free);
    g_queue_init(&fleet->retired);
    g_queue_init(&fleet->jobs);
    g_queue_push_head(&fleet->free, first);
    fleet->n_sessions = 1;
    return fleet;
}

void mg_fleet_free(MgFleet *fleet)
{
    if (fleet == NULL)
        return;
    g_mutex_lock(&fleet->lock);
    fleet->is_ending = TRUE;
    g_cond_broadcast(&fleet->for_threads);
    g_mutex_unlock(&fleet->lock);
    for (guint i = 0; i < fleet->threads->len; i++)
        g_thread_join(g_ptr_array_index(fleet->threads, i));
    g_queue_clear_full(&fleet->free, (GDestroyNotify)mg_session_free);
    g_ptr_array_unref(fleet->threads);
    g_cond_clear(&fleet->for_callers);
    g_cond_clear(&fleet->for_threads);
    g_mutex_clear(&fleet->lock);
    g_free(fleet);
}

guint mg_fleet_most(MgFleet *fleet)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&fleet->lock);

    return fleet->most;
}

gboolean mg_fleet_has_room(MgFleet *fleet)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&fleet->lock);

    return count_at_work(fleet) < fleet->most;
}

/* Working */

/* Two lots that share all sessions take as long as one after the other, but both have to wait for
 * that. */
static gboolean may_come(const MgFleet *fleet, guint at_once)
{
    return at_once == 1 || g_queue_is_empty((GQueue *)&fleet->jobs) ||
           count_at_work(fleet) + at_once <= fleet->most;
}

static void call_for_help(MgFleet *fleet, Job *job, guint n_threads)
{
    job->n_wanted = n_threads;
    if (n_threads == 0)
        return;
    while (fleet->threads->len < MIN(n_threads, fleet->most - 1))
        g_ptr_array_add(fleet->threads, g_thread_new("sender", help, fleet));
    g_queue_push_tail(&fleet->jobs, job);
    g_cond_broadcast(&fleet->for_threads);
}

static MgSession *begin(MgFleet *fleet, Job *job, guint at_once)
{
    MgSession *session = NULL;

    g_mutex_lock(&fleet->lock);
    while (!may_come(fleet, at_once) || (session = take_session(fleet)) == NULL)
        g_cond_wait(&fleet->for_callers, &fleet->lock);
    call_for_help(fleet, job, at_once - 1);
    g_mutex_unlock(&fleet->lock);
    return session;
}

static void wait_for_others(MgFleet *fleet, Job *job)
{
    g_mutex_lock(&fleet->lock);
    while (job->n_busy > 0)
        g_cond_wait(&fleet->for_callers, &fleet->lock);
    g_mutex_unlock(&fleet->lock);
}

guint mg_fleet_work(MgFleet *fleet, guint at_once, MgFleetWork work_on, gpointer data)
{
    Job job = {.work = work_on, .data = data};

    g_assert(at_once > 0);
    if (fleet == NULL) {
        while (work_on(NULL, data))
            continue;
        return 1;
    }
    work(fleet, &job, begin(fleet, &job, at_once));
    wait_for_others(fleet, &job);
    return job.n_useful;
}

gboolean mg_fleet_retire(MgFleet *fleet, MgSession *session, const GError *reason)
{
    gboolean is_last;
    gboolean is_first_time;

    g_mutex_lock(&fleet->lock);
    is_last = fleet->n_sessions == 1;
    is_first_time = !fleet->has_retired;
    if (!is_last) {
        fleet->most = --fleet->n_sessions;
        fleet->has_retired = TRUE;
        g_queue_push_head(&fleet->retired, session);
    }
    g_mutex_unlock(&fleet->lock);
    if (!is_last && is_first_time)
        mg_log_warning("the mail server turns connections away, going on with those it takes: %s",
                       reason->message);
    return !is_last;
}

gsize mg_fleet_most_bytes(MgFleet *fleet)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&fleet->lock);

    return fleet->most_bytes > 0 ? fleet->most_bytes : G_MAXSIZE;
}

typedef struct {
    MgFleet *fleet;
    GError *failure;
} Asking;

static gboolean ask(MgSession *session, gpointer data)
{
    Asking *asking = data;
    guint64 bytes = 0;

    if (!mg_session_announced_size(session, &bytes) && !mg_session_probe(session, &asking->failure))
        return FALSE;
    mg_session_announced_size(session, &bytes);
    g_mutex_lock(&asking->fleet->lock);
    asking->fleet->is_asked = TRUE;
    lower(asking->fleet, bytes);
    g_mutex_unlock(&asking->fleet->lock);
    return FALSE;
}

gboolean mg_fleet_ask(MgFleet *fleet, GError **error)
{
    Asking asking = {fleet, NULL};
    gboolean is_asked;

    g_mutex_lock(&fleet->lock);
    is_asked = fleet->is_asked;
    g_mutex_unlock(&fleet->lock);
    if (is_asked)
        return TRUE;
    mg_fleet_work(fleet, 1, ask, &asking);
    if (asking.failure == NULL)
        return TRUE;
    g_propagate_error(error, asking.failure);
    return FALSE;
}

void mg_fleet_note_too_large(MgFleet *fleet, gsize bytes)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&fleet->lock);

    lower(fleet, bytes / 2);
}
