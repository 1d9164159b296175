/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/fleet.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

struct MgFleet {
    const MgSmtpSettings *settings;
    GThreadPool *threads;
    GMutex lock;   /* of all below */
    GCond changed; /* a session is free, or a thread has ended its job */
    guint most;
    guint n_sessions;  /* free or in use */
    guint n_beginning; /* jobs for several sessions that have work left to begin */
    GQueue free;       /* of MgSession; the one used last comes first */
    GQueue retired;    /* of MgSession, by whoever has it still in hand */
    gboolean has_retired;
};

/* One call of mg_fleet_work(). Threads that come to it too late still look at it. */
typedef struct {
    MgFleetWork work;
    gpointer data;
    gboolean is_for_several; /* sessions */
    guint n_references;
    guint n_busy; /* threads at work */
    guint n_useful;
    gboolean is_all_begun; /* or shall not be begun */
} Job;

static void release(Job *job)
{
    if (--job->n_references == 0)
        g_free(job);
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

/* Ends those that the server has turned away; they take their time to say goodbye. */
static void give_back(MgFleet *fleet, MgSession *session)
{
    gboolean is_retired;

    g_mutex_lock(&fleet->lock);
    is_retired = g_queue_remove(&fleet->retired, session);
    if (!is_retired)
        g_queue_push_head(&fleet->free, session);
    g_cond_broadcast(&fleet->changed);
    g_mutex_unlock(&fleet->lock);
    if (is_retired)
        mg_session_free(session);
}

static void note_all_begun(MgFleet *fleet, Job *job)
{
    if (job->is_for_several && !job->is_all_begun)
        fleet->n_beginning--;
    job->is_all_begun = TRUE;
    g_cond_broadcast(&fleet->changed);
}

static void work(MgFleet *fleet, Job *job, MgSession *session)
{
    gboolean is_useful = FALSE;

    while (job->work(session, job->data))
        is_useful = TRUE;
    g_mutex_lock(&fleet->lock);
    job->n_useful += is_useful;
    note_all_begun(fleet, job);
    g_mutex_unlock(&fleet->lock);
    give_back(fleet, session);
}

static void help(gpointer data, gpointer user_data)
{
    Job *job = data;
    MgFleet *fleet = user_data;
    MgSession *session = NULL;

    g_mutex_lock(&fleet->lock);
    while (!job->is_all_begun && (session = take_session(fleet)) == NULL)
        g_cond_wait(&fleet->changed, &fleet->lock);
    job->n_busy += session != NULL;
    g_mutex_unlock(&fleet->lock);
    if (session != NULL)
        work(fleet, job, session);
    g_mutex_lock(&fleet->lock);
    job->n_busy -= session != NULL;
    g_cond_broadcast(&fleet->changed);
    release(job);
    g_mutex_unlock(&fleet->lock);
}

MgFleet *mg_fleet_new(const MgSmtpSettings *settings, guint most, GError **error)
{
    MgSession *first = mg_session_new(settings, error);
    MgFleet *fleet;

    if (first == NULL)
        return NULL;
    fleet = g_new0(MgFleet, 1);
    fleet->settings = settings;
    fleet->most = most > 0 ? most : MG_FLEET_MOST;
    g_mutex_init(&fleet->lock);
    g_cond_init(&fleet->changed);
    g_queue_init(&fleet->free);
    g_queue_init(&fleet->retired);
    g_queue_push_head(&fleet->free, first);
    fleet->n_sessions = 1;
    fleet->threads = g_thread_pool_new(help, fleet, (gint)fleet->most, FALSE, NULL);
    return fleet;
}

static void end(gpointer session, gpointer unused)
{
    mg_session_free(session);
}

static void end_all(GQueue *sessions)
{
    GThreadPool *threads = g_thread_pool_new(end, NULL, MG_FLEET_MOST, FALSE, NULL);

    while (g_queue_get_length(sessions) > 1)
        g_thread_pool_push(threads, g_queue_pop_head(sessions), NULL);
    mg_session_free(g_queue_pop_head(sessions));
    g_thread_pool_free(threads, FALSE, TRUE);
}

void mg_fleet_free(MgFleet *fleet)
{
    if (fleet == NULL)
        return;
    g_thread_pool_free(fleet->threads, FALSE, TRUE);
    g_assert(g_queue_get_length(&fleet->free) == fleet->n_sessions);
    end_all(&fleet->free);
    g_cond_clear(&fleet->changed);
    g_mutex_clear(&fleet->lock);
    g_free(fleet);
}

guint mg_fleet_most(MgFleet *fleet)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&fleet->lock);

    return fleet->most;
}

static void call_help(MgFleet *fleet, Job *job, guint n_threads)
{
    g_mutex_lock(&fleet->lock);
    job->n_references += n_threads;
    g_mutex_unlock(&fleet->lock);
    for (guint i = 0; i < n_threads; i++)
        g_thread_pool_push(fleet->threads, job, NULL);
}

static gboolean has_enough(const MgFleet *fleet, guint at_once)
{
    guint n_at_work = fleet->n_sessions - g_queue_get_length((GQueue *)&fleet->free);

    return fleet->n_beginning == 0 || n_at_work + at_once <= fleet->most;
}

/* Two lots that share all sessions take as long as one after the other, but both have to wait for that. */
static MgSession *wait_for_session(MgFleet *fleet, guint at_once)
{
    MgSession *session = NULL;

    g_mutex_lock(&fleet->lock);
    while ((at_once > 1 && !has_enough(fleet, at_once)) || (session = take_session(fleet)) == NULL)
        g_cond_wait(&fleet->changed, &fleet->lock);
    fleet->n_beginning += at_once > 1;
    g_mutex_unlock(&fleet->lock);
    return session;
}

static guint finish(MgFleet *fleet, Job *job)
{
    guint n_useful;

    g_mutex_lock(&fleet->lock);
    while (job->n_busy > 0)
        g_cond_wait(&fleet->changed, &fleet->lock);
    n_useful = job->n_useful;
    release(job);
    g_mutex_unlock(&fleet->lock);
    return n_useful;
}

guint mg_fleet_work(MgFleet *fleet, guint at_once, MgFleetWork work_on, gpointer data)
{
    MgSession *session;
    Job *job;

    if (fleet == NULL) {
        while (work_on(NULL, data))
            continue;
        return 1;
    }
    session = wait_for_session(fleet, at_once);
    job = g_new0(Job, 1);
    *job = (Job){.work = work_on, .data = data, .is_for_several = at_once > 1, .n_references = 1};
    call_help(fleet, job, at_once - 1);
    work(fleet, job, session);
    return finish(fleet, job);
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
