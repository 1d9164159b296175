/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/turns.h"

#include "base/error.h"

static const MgPace PACE = {.fixed = 4, .most_sessions = 1};

static MgTask *make_task(gint64 id)
{
    MgGroup *group = mg_group_new();

    mg_group_set_directives(group, &id, &id, 1);
    return mg_task_new(group, NULL);
}

static MgTask *make_large_task(gint64 first_id, gsize n)
{
    MgGroup *group = mg_group_new();
    g_autofree gint64 *ids = g_new(gint64, n);

    for (gsize i = 0; i < n; i++)
        ids[i] = first_id + (gint64)i;
    mg_group_set_directives(group, ids, ids, n);
    return mg_task_new(group, NULL);
}

/* As a lot leaves its entries. */
static void give(MgTurns *turns, MgLotEntry *entries, guint n)
{
    MgLot lot = {.n_entries = n, .entries = entries};

    mg_turns_give(turns, &lot);
}

/* "1/1 2/2": first event and attempt of each task of the next lot. Parts are freed. */
static void assert_next(MgTurns *turns, const gchar *expected)
{
    const MgTask *tasks[MG_PACE_MOST_GROUPS];
    guint attempts[MG_PACE_MOST_GROUPS];
    guint n = mg_turns_take(turns, &PACE, tasks, attempts);
    g_autoptr(GString) found = g_string_new(NULL);

    for (guint i = 0; i < n; i++) {
        g_string_append_printf(found, "%s%" G_GINT64_FORMAT "/%u", i > 0 ? " " : "",
                               tasks[i]->group->event_ids[0], attempts[i]);
        if (tasks[i]->is_part)
            mg_task_free((MgTask *)tasks[i]);
    }
    g_assert_cmpstr(found->str, ==, expected);
}

static void test_put_back(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgTurns) turns = mg_turns_new(summary);
    MgTask *tasks[5];
    MgLotEntry entries[5] = {{0}};

    for (guint i = 0; i < 5; i++) {
        tasks[i] = make_task(i + 1);
        entries[i] = (MgLotEntry){.task = tasks[i], .attempt = 1, .state = MG_LOT_PUT_BACK};
    }
    entries[1].state = MG_LOT_LEFT;
    entries[3].is_loner = TRUE;
    g_assert_true(mg_turns_are_over(turns));
    give(turns, entries, 5);
    assert_next(turns, "1/1 3/1");
    assert_next(turns, "4/1");
    g_assert_false(mg_turns_are_over(turns));
    assert_next(turns, "5/1");
    g_assert_true(mg_turns_are_over(turns));
    for (guint i = 0; i < 5; i++)
        mg_task_free(tasks[i]);
}

static void test_failure_counts_as_attempt(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgTurns) turns = mg_turns_new(summary);
    g_autoptr(GError) failure = g_error_new_literal(MG_ERROR, MG_ERROR_RETRY, "broken");
    MgTask *task = make_task(7);
    MgLotEntry entry = {.task = task, .attempt = 2, .state = MG_LOT_PUT_BACK, .failure = failure};

    give(turns, &entry, 1);
    assert_next(turns, "7/3");
    mg_task_free(task);
}

/* Its parts come in lots, and the tasks behind it after them; they are counted in its place. */
static void test_divided(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgTurns) turns = mg_turns_new(summary);
    MgTask *large = make_large_task(1, 18);
    MgTask *small = make_task(99);
    MgLotEntry entries[] = {
        {.task = large,
         .state = MG_LOT_DIVIDED,
         .division = mg_division_by_event(large->group, NULL, 0)},
        {.task = small, .attempt = 1, .state = MG_LOT_PUT_BACK},
    };

    mg_summary_count_taken(summary); /* large */
    mg_summary_count_taken(summary); /* small */
    give(turns, entries, 2);
    g_assert_null(entries[0].division);
    assert_next(turns, "1/1 2/1 3/1 4/1");
    assert_next(turns, "5/1 6/1 7/1 8/1");
    assert_next(turns, "9/1 10/1 11/1 12/1");
    assert_next(turns, "13/1 14/1 15/1 16/1");
    assert_next(turns, "17/1 18/1 99/1");
    g_assert_true(mg_turns_are_over(turns));
    for (guint i = 0; i < 19; i++)
        mg_summary_count_left(summary, MG_LEFT_SENT);
    mg_summary_check(summary);
    mg_task_free(large);
    mg_task_free(small);
}

static void test_rest(void)
{
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgTurns) turns = mg_turns_new(summary);
    MgTask *large = make_large_task(1, 18);
    MgTask *small = make_task(99);
    MgLotEntry entries[] = {
        {.task = small, .attempt = 1, .state = MG_LOT_PUT_BACK},
        {.task = large,
         .state = MG_LOT_DIVIDED,
         .division = mg_division_by_event(large->group, NULL, 0)},
    };
    MgTask *rest;

    give(turns, entries, 2);
    g_assert_true(mg_turns_take_rest(turns) == small);
    rest = (MgTask *)mg_turns_take_rest(turns);
    g_assert_cmpuint(rest->group->n_events, ==, 18);
    g_assert_true(rest->is_part);
    g_assert_null(mg_turns_take_rest(turns));
    mg_task_free(rest);
    mg_task_free(large);
    mg_task_free(small);
}

/* Some of its mails were too large: they are begun anew, beside what is through. */
static void test_divided_again(void)
{
    static const gint64 too_large[] = {2, 3};
    g_autoptr(MgSummary) summary = mg_summary_new();
    g_autoptr(MgTurns) turns = mg_turns_new(summary);
    g_autoptr(GError) failure = g_error_new_literal(MG_ERROR, MG_ERROR_GROUP, "too large");
    MgTask *task = make_large_task(1, 3);
    MgLotEntry entry = {.task = task, .state = MG_LOT_LEFT, .failure = failure};
    const MgTask *rest;
    guint attempt;

    mg_summary_count_taken(summary);
    entry.rest = mg_division_begin_some(task, too_large, 2);
    give(turns, &entry, 1);
    g_assert_null(entry.rest);
    g_assert_cmpuint(mg_turns_take(turns, &PACE, &rest, &attempt), ==, 1);
    g_assert_cmpuint(rest->group->n_events, ==, 2);
    g_assert_cmpint(rest->group->event_ids[0], ==, 2);
    g_assert_true(rest->is_part && rest->has_been_divided);
    mg_summary_count_left(summary, MG_LEFT_SENT);
    mg_summary_count_left(summary, MG_LEFT_SENT);
    mg_summary_check(summary);
    mg_task_free((MgTask *)rest);
    mg_task_free(task);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/turns/put_back", test_put_back);
    g_test_add_func("/turns/failure_counts_as_attempt", test_failure_counts_as_attempt);
    g_test_add_func("/turns/divided", test_divided);
    g_test_add_func("/turns/rest", test_rest);
    g_test_add_func("/turns/divided_again", test_divided_again);
    return g_test_run();
}
