/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/hiring.h"

#define MOST_WORKERS 16    /* by themselves */
#define HIRE_COST_US 50000 /* until a new worker's session is of use */
#define MANY_GROUPS 200    /* take longer than a worker's hire, however fast all is */
#define LONG_WARM_UP_US                                                                            \
    200000 /* the first lot of a session takes much longer than others; or it is slow indeed */
#define MOSTLY_WAITING 0.5
#define WEIGHT 0.2 /* of one look at who waits */

/* Whether those that there are will be through before a new one has saved what it costs: the more
 * there are, the less one more saves. What they have in hand is taken for done, since a lot of them
 * becomes so at once. */
static gboolean are_soon_through(const MgHiring *hiring, const MgHiringLook *look)
{
    gint64 measured_us = look->elapsed_us - hiring->warm_since;
    guint n_begun =
        look->n_taken > hiring->n_done_before ? look->n_taken - hiring->n_done_before : 0;

    return hiring->is_warm &&
           (gdouble)look->n_left * measured_us < (look->n_workers + 1.0) * HIRE_COST_US * n_begun;
}

static gboolean is_to_be_seen(MgHiring *hiring, const MgHiringLook *look)
{
    if (hiring->is_warm)
        return look->elapsed_us - hiring->warm_since >= MG_HIRING_TICK_US / 2;
    hiring->is_warm = look->n_done > 0;
    hiring->warm_since = look->elapsed_us;
    hiring->n_done_before = look->n_done;
    return !hiring->is_warm && look->elapsed_us >= LONG_WARM_UP_US;
}

/* Asked once: it is read from a file. */
static guint n_processors(void)
{
    static gsize known;

    if (g_once_init_enter(&known))
        g_once_init_leave(&known, g_get_num_processors());
    return (guint)known;
}

/* One more than can compute: each waits for the disk twice a lot. */
guint mg_hiring_usual(guint most)
{
    guint usual = MAX(2, n_processors()) + 1;

    return most > 0 ? MIN(usual, most) : usual;
}

static guint count_paying(const MgHiring *hiring, const MgHiringLook *look)
{
    if (hiring->waiting <= MOSTLY_WAITING)
        return mg_hiring_usual(look->most);
    return look->most > 0 ? MIN(MOST_WORKERS, look->most) : MOST_WORKERS;
}

/* A second pays for a long list before anything is known of it. */
static guint count_at_first(const MgHiringLook *look)
{
    guint at_first = look->n_left >= MANY_GROUPS ? 2 : 1;

    return MAX(look->n_workers, look->most > 0 ? MIN(at_first, look->most) : at_first);
}

guint mg_hiring_wanted(MgHiring *hiring, const MgHiringLook *look)
{
    guint n_workers = look->n_workers;

    if (n_workers > 0)
        hiring->waiting = WEIGHT * look->n_waiting / n_workers + (1 - WEIGHT) * hiring->waiting;
    if (!is_to_be_seen(hiring, look))
        return hiring->is_warm ? n_workers : count_at_first(look);
    if (are_soon_through(hiring, look))
        return n_workers;
    /* Twice as many at most, so that what they bring is seen before the next are hired. */
    return MAX(n_workers,
               MIN(MIN(count_paying(hiring, look), 2 * n_workers), n_workers + look->n_left));
}
