/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/progress.h"

#include "base/log.h"

#include <unistd.h>

#define REDRAW_INTERVAL (G_USEC_PER_SEC / 4)

struct MgProgress {
    const MgSummary *summary;
    guint done_before; /* groups of earlier batches of this run */
    guint n_groups;
    gint64 started; /* monotonic */
    GThread *thread;
    GMutex lock;
    GCond ended_changed;
    gboolean ended; /* under lock */
};

gchar *mg_progress_text(guint done, guint all, gint64 elapsed_us)
{
    gdouble seconds = (gdouble)elapsed_us / G_USEC_PER_SEC;
    gdouble rate = seconds > 0 ? done / seconds : 0;
    guint left;

    all = MAX(all, done); /* groups may be divided meanwhile */
    if (done == 0 || rate <= 0)
        return g_strdup_printf("%u of %u", done, all);
    left = (guint)((all - done) / rate + 0.5);
    return g_strdup_printf("%u of %u (%u %%), %.0f/s, %u:%02u left", done, all,
                           (guint)(100.0 * done / all), rate, left / 60, left % 60);
}

static gpointer draw(gpointer data)
{
    MgProgress *progress = data;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&progress->lock);

    while (!progress->ended) {
        gint64 now = g_get_monotonic_time();
        g_autofree gchar *text =
            mg_progress_text(mg_summary_done(progress->summary) - progress->done_before,
                             progress->n_groups, now - progress->started);
        mg_log_set_status_line(text);
        g_cond_wait_until(&progress->ended_changed, &progress->lock, now + REDRAW_INTERVAL);
    }
    mg_log_set_status_line(NULL);
    return NULL;
}

MgProgress *mg_progress_new(const MgSummary *summary, guint n_groups)
{
    MgProgress *progress = g_new0(MgProgress, 1);

    progress->summary = summary;
    progress->done_before = mg_summary_done(summary);
    progress->n_groups = n_groups;
    progress->started = g_get_monotonic_time();
    g_mutex_init(&progress->lock);
    g_cond_init(&progress->ended_changed);
    if (isatty(STDERR_FILENO))
        progress->thread = g_thread_new("progress", draw, progress);
    return progress;
}

static void end_thread(MgProgress *progress)
{
    g_mutex_lock(&progress->lock);
    progress->ended = TRUE;
    g_cond_signal(&progress->ended_changed);
    g_mutex_unlock(&progress->lock);
    g_thread_join(progress->thread);
}

void mg_progress_free(MgProgress *progress)
{
    if (progress == NULL)
        return;
    if (progress->thread != NULL)
        end_thread(progress);
    g_mutex_clear(&progress->lock);
    g_cond_clear(&progress->ended_changed);
    g_free(progress);
}
