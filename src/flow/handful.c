/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/handful.h"

#include "base/stop.h"
#include "flow/notify.h"
#include "flow/turns.h"

/* Parts of a division that are done, or divided further, are nobody's: they go to `over`. */
static void collect_not_done(const MgLot *lot, GPtrArray *not_done, GPtrArray *over)
{
    for (guint i = 0; i < lot->n_entries; i++) {
        const MgLotEntry *entry = &lot->entries[i];
        if (lot->end != NULL && entry->state == MG_LOT_LEFT && entry->how == MG_LEFT_SKIPPED)
            g_ptr_array_add(not_done, (gpointer)entry->task);
        else if (entry->task->is_part && entry->state != MG_LOT_PUT_BACK)
            g_ptr_array_add(over, (gpointer)entry->task);
    }
}

static gboolean do_lot(MgWorker *worker, const MgTask *const *tasks, const guint *attempts,
                       guint n_tasks, MgTurns *turns, GPtrArray *not_done, GError **error)
{
    g_autoptr(GPtrArray) over = g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);
    g_autoptr(MgLot) lot = mg_lot_new(worker, tasks, attempts, n_tasks); /* freed before them */

    if (tasks[0]->uncertain != NULL)
        mg_notify_lot_again(lot);
    else
        mg_notify_lot(lot);
    mg_turns_give(turns, lot);
    collect_not_done(lot, not_done, over);
    if (lot->end == NULL)
        return mg_worker_reconnect(worker, error);
    g_propagate_error(error, g_steal_pointer(&lot->end));
    return FALSE;
}

static gboolean do_turn(MgWorker *worker, MgTurns *turns, GPtrArray *not_done, GError **error)
{
    const MgTask *tasks[MG_PACE_MOST_GROUPS];
    guint attempts[MG_PACE_MOST_GROUPS];
    guint n_tasks = mg_turns_take(turns, &worker->pace, tasks, attempts);

    return do_lot(worker, tasks, attempts, n_tasks, turns, not_done, error);
}

/* The run ends before their turn. */
static void leave_rest(MgWorker *worker, MgTurns *turns, GPtrArray *not_done)
{
    for (const MgTask *task; (task = mg_turns_take_rest(turns)) != NULL;) {
        const MgLeave left = {.how = MG_LEFT_SKIPPED,
                              .because = "the run ended while it was in hand",
                              .group = task->group};
        gboolean ok = mg_stage8_leave(&left, worker->site, worker->summary, worker->claim, NULL);

        g_assert(ok); /* nothing was loaded of it */
        g_ptr_array_add(not_done, (gpointer)task);
    }
}

guint mg_handful_size(const MgWorker *worker, const GPtrArray *tasks, guint first, guint n_tasks)
{
    MgGroup *groups[MG_PACE_MOST_GROUPS];
    guint n_groups = 0;

    while (n_groups < MIN(n_tasks, MG_PACE_MOST_GROUPS)) {
        const MgTask *task = g_ptr_array_index(tasks, first + n_groups);
        if (task->uncertain != NULL)
            return MAX(1, n_groups);
        groups[n_groups++] = task->group;
    }
    return mg_pace_lot(&worker->pace, groups, n_groups);
}

gboolean mg_handful_do(MgWorker *worker, const MgTask *const *tasks, guint n_tasks,
                       GPtrArray *not_done, GError **error)
{
    g_autoptr(MgTurns) turns = mg_turns_new(worker->summary);
    guint attempts[MG_PACE_MOST_GROUPS];
    gboolean ok;

    for (guint i = 0; i < n_tasks; i++)
        attempts[i] = 1;
    ok = do_lot(worker, tasks, attempts, n_tasks, turns, not_done, error);
    while (ok && !mg_turns_are_over(turns) && !mg_stop_requested())
        ok = do_turn(worker, turns, not_done, error);
    leave_rest(worker, turns, not_done);
    return ok;
}
