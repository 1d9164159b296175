/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/turns.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

/* Of a task, or of all that a division still has. */
typedef struct {
    const MgTask *task;
    guint attempt;
    gboolean is_loner;
    MgDivision *division;
    /* The division's group is counted as such, and none of its parts in its place. */
    gboolean is_taken;
} Turn;

struct MgTurns {
    MgSummary *summary;
    GQueue queue;
};

MgTurns *mg_turns_new(MgSummary *summary)
{
    MgTurns *turns = g_new0(MgTurns, 1);

    turns->summary = summary;
    g_queue_init(&turns->queue);
    return turns;
}

void mg_turns_free(MgTurns *turns)
{
    g_assert(mg_turns_are_over(turns));
    g_free(turns);
}

gboolean mg_turns_are_over(const MgTurns *turns)
{
    return turns->queue.head == NULL;
}

static void push(MgTurns *turns, Turn turn)
{
    g_queue_push_tail(&turns->queue, g_memdup2(&turn, sizeof turn));
}

/* A part by size, which is alone in its lot, before those after it: the recipient gets them in
 * order. */
static void put_back(MgTurns *turns, Turn turn)
{
    if (mg_task_shares_ticket(turn.task))
        g_queue_push_head(&turns->queue, g_memdup2(&turn, sizeof turn));
    else
        push(turns, turn);
}

static void free_turn(Turn *turn)
{
    mg_division_free(turn->division);
    g_free(turn);
}

static void push_anew(MgTurns *turns, MgTask *anew)
{
    anew->has_been_divided = TRUE;
    push(turns, (Turn){.task = anew, .attempt = 1, .is_loner = TRUE});
}

/* What its division has left goes with it. */
static void push_divided_again(MgTurns *turns, const MgLotEntry *entry)
{
    Turn *next = g_queue_peek_head(&turns->queue);
    MgTask *anew = NULL;

    mg_log_warning("divided once more, as a mail is too large for the mail server: %s",
                   entry->failure->message);
    if (next != NULL && next->division != NULL &&
        mg_division_has_just_given(next->division, entry->task)) {
        anew = mg_division_begin_anew(next->division, entry->task);
        free_turn(g_queue_pop_head(&turns->queue));
    } else {
        anew = mg_division_begin_anew(NULL, entry->task);
    }
    push_anew(turns, anew);
}

/* The others of its mails are through, or have failed for another reason. */
static void push_rest(MgTurns *turns, MgLotEntry *entry)
{
    mg_log_warning("divided once more, as some of the mails are too large for the mail server: %s",
                   entry->failure->message);
    mg_summary_count_taken(turns->summary);
    push_anew(turns, g_steal_pointer(&entry->rest));
}

void mg_turns_give(MgTurns *turns, MgLot *lot)
{
    const GError *failure = NULL;

    for (guint i = 0; i < lot->n_entries; i++) {
        MgLotEntry *entry = &lot->entries[i];
        if (entry->state == MG_LOT_DIVIDED)
            push(turns, (Turn){.division = g_steal_pointer(&entry->division), .is_taken = TRUE});
        if (entry->state == MG_LOT_TOO_LARGE)
            push_divided_again(turns, entry);
        if (entry->rest != NULL)
            push_rest(turns, entry);
        if (entry->state != MG_LOT_PUT_BACK)
            continue;
        put_back(turns, (Turn){.task = entry->task,
                               .attempt = entry->attempt + (entry->failure != NULL),
                               .is_loner = entry->is_loner || mg_task_shares_ticket(entry->task)});
        failure = entry->failure != NULL ? entry->failure : failure;
    }
    if (failure != NULL)
        mg_log_warning("the group is begun again: %s", failure->message);
}

/* The parts stand in the place of the group. */
static void count_part(MgTurns *turns, Turn *turn)
{
    if (!turn->is_taken)
        mg_summary_count_taken(turns->summary);
    turn->is_taken = FALSE;
}

static guint most_at_once(const MgDivision *division)
{
    return mg_division_is_one_by_one(division) ? 1 : MG_PACE_MOST_GROUPS;
}

/* Where a division is next, as many of its parts as may be a lot stand before it. */
static void unfold(MgTurns *turns)
{
    Turn *turn = g_queue_peek_head(&turns->queue);
    guint n_parts = 0;

    if (turn->division == NULL)
        return;
    g_queue_pop_head(&turns->queue);
    while (n_parts < most_at_once(turn->division) && mg_division_n_left(turn->division) > 0) {
        const MgTask *task = mg_division_next(turn->division);
        const Turn part = {.task = task, .attempt = 1, .is_loner = mg_task_shares_ticket(task)};
        count_part(turns, turn);
        g_queue_push_nth(&turns->queue, g_memdup2(&part, sizeof part), (gint)n_parts++);
    }
    if (mg_division_n_left(turn->division) > 0)
        g_queue_push_nth(&turns->queue, turn, (gint)n_parts);
    else
        free_turn(turn);
}

/* As many as may be one lot: one who has to be alone, or those before the next who has to be. */
static guint list_groups(const MgTurns *turns, MgGroup **groups)
{
    guint n_groups = 0;

    for (GList *link = turns->queue.head; link != NULL && n_groups < MG_PACE_MOST_GROUPS;
         link = link->next) {
        const Turn *turn = link->data;
        if (turn->division != NULL || (n_groups > 0 && turn->is_loner))
            break;
        groups[n_groups++] = turn->task->group;
        if (turn->is_loner)
            break;
    }
    return n_groups;
}

guint mg_turns_take(MgTurns *turns, const MgPace *pace, const MgTask **tasks, guint *attempts)
{
    MgGroup *groups[MG_PACE_MOST_GROUPS];
    guint n;

    unfold(turns);
    n = mg_pace_lot(pace, groups, list_groups(turns, groups));
    for (guint i = 0; i < n; i++) {
        g_autofree Turn *turn = g_queue_pop_head(&turns->queue);
        tasks[i] = turn->task;
        attempts[i] = turn->attempt;
    }
    return n;
}

const MgTask *mg_turns_take_rest(MgTurns *turns)
{
    Turn *turn = g_queue_pop_head(&turns->queue);
    const MgTask *task;

    if (turn == NULL)
        return NULL;
    task = turn->task;
    if (turn->division != NULL) {
        task = mg_division_take_rest(turn->division);
        count_part(turns, turn);
    }
    free_turn(turn);
    return task;
}
