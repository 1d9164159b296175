/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/hiring.h"

#define MS 1000

/* One more than there are processors, three at least. */
static guint by_processors(void)
{
    return MAX(2, g_get_num_processors()) + 1;
}

/* The workers after a second of a batch: `waiting` of 10 wait, each lot is `lot` groups and takes `lot_us`. */
static guint workers_after_a_second(guint n_groups, guint lot, gint64 lot_us, guint waiting,
                                    guint most)
{
    MgHiring hiring = {0};
    MgHiringLook look = {.n_workers = 1, .most = most};

    for (gint64 at = 0; at < 1000 * MS && look.n_done < n_groups; at += MG_HIRING_TICK_US) {
        guint n_lots = (guint)(at * look.n_workers / lot_us);
        look.elapsed_us = at;
        look.n_done = MIN(n_lots * lot, n_groups);
        look.n_taken = MIN((n_lots + look.n_workers) * lot, n_groups);
        look.n_left = n_groups - look.n_taken;
        look.n_waiting = look.n_workers * waiting / 10;
        look.n_workers = mg_hiring_wanted(&hiring, &look);
    }
    return look.n_workers;
}

static void test_as_many_as_can_compute(void)
{
    g_assert_cmpuint(workers_after_a_second(10000, 16, 20 * MS, 0, 0), ==, by_processors());
    g_assert_cmpuint(workers_after_a_second(10000, 16, 20 * MS, 0, 1), ==, 1);
    g_assert_cmpuint(workers_after_a_second(10000, 16, 20 * MS, 0, 100), ==, by_processors());
}

static void test_more_that_wait(void)
{
    g_assert_cmpuint(workers_after_a_second(10000, 1, 30 * MS, 10, 0), ==, 16);
    g_assert_cmpuint(workers_after_a_second(10000, 1, 30 * MS, 10, 5), ==, 5);
    g_assert_cmpuint(workers_after_a_second(10000, 1, 30 * MS, 2, 0), ==, by_processors());
}

static void test_slow_from_the_beginning(void)
{
    g_assert_cmpuint(workers_after_a_second(100, 1, 10000 * MS, 0, 0), ==, by_processors());
}

static void test_a_usual_run_needs_one(void)
{
    MgHiring hiring = {0};
    /* The first lot of a new session takes long; the second is in hand when the first is through. */
    const MgHiringLook looks[] = {
        {.elapsed_us = 0, .n_workers = 1, .n_taken = 1, .n_left = 19},
        {.elapsed_us = 60 * MS, .n_workers = 1, .n_taken = 1, .n_left = 19},
        {.elapsed_us = 70 * MS, .n_workers = 1, .n_taken = 17, .n_done = 1, .n_left = 3},
        {.elapsed_us = 80 * MS, .n_workers = 1, .n_taken = 17, .n_done = 1, .n_left = 3},
        {.elapsed_us = 110 * MS, .n_workers = 1, .n_taken = 17, .n_done = 1, .n_left = 3},
        {.elapsed_us = 120 * MS, .n_workers = 1, .n_taken = 20, .n_done = 17},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++)
        g_assert_cmpuint(mg_hiring_wanted(&hiring, &looks[i]), ==, 1);
}

/* What is known of a batch before anything is through is how long its list is. */
static void test_a_long_list_has_two_at_once(void)
{
    static const struct {
        guint n_left;
        guint most;
        guint n_workers;
    } cases[] = {{199, 0, 1}, {200, 0, 2}, {100000, 0, 2}, {100000, 1, 1}, {100000, 9, 2}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MgHiring hiring = {0};
        MgHiringLook look = {
            .n_workers = 1, .n_taken = 1, .n_left = cases[i].n_left, .most = cases[i].most};

        g_assert_cmpuint(mg_hiring_wanted(&hiring, &look), ==, cases[i].n_workers);
        look.n_workers = cases[i].n_workers;
        g_assert_cmpuint(mg_hiring_wanted(&hiring, &look), ==, cases[i].n_workers);
    }
}

/* The third of two saves a third of what is left, and no more. */
static void test_the_more_there_are_the_less_one_saves(void)
{
    const MgHiringLook warm = {
        .elapsed_us = 50 * MS, .n_workers = 2, .n_taken = 32, .n_done = 32, .n_left = 968};
    MgHiringLook look = {.elapsed_us = 150 * MS, .n_workers = 2, .n_taken = 132, .n_done = 132};

    for (guint i = 0; i < 2; i++) {
        MgHiring hiring = {0};

        look.n_left = i == 0 ? 140 : 160; /* one a millisecond */
        g_assert_cmpuint(mg_hiring_wanted(&hiring, &warm), ==, 2);
        g_assert_cmpuint(mg_hiring_wanted(&hiring, &look), ==,
                         i == 0 ? 2 : MIN(by_processors(), 4));
    }
}

static void test_no_more_than_there_are_groups(void)
{
    MgHiring hiring = {0};
    const MgHiringLook slow = {.elapsed_us = 5000 * MS, .n_workers = 2, .n_taken = 2, .n_left = 1};
    const MgHiringLook last = {.elapsed_us = 5000 * MS, .n_workers = 2, .n_taken = 3};

    g_assert_cmpuint(mg_hiring_wanted(&hiring, &slow), <=, 3);
    g_assert_cmpuint(mg_hiring_wanted(&hiring, &last), ==, 2);
}

static void test_nobody_is_sent_home(void)
{
    MgHiring hiring = {0};
    const MgHiringLook look = {
        .elapsed_us = 5000 * MS, .n_workers = 40, .n_taken = 900, .n_done = 800, .n_left = 9000};

    g_assert_cmpuint(mg_hiring_wanted(&hiring, &look), ==, 40);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hiring/as_many_as_can_compute", test_as_many_as_can_compute);
    g_test_add_func("/hiring/more_that_wait", test_more_that_wait);
    g_test_add_func("/hiring/slow_from_the_beginning", test_slow_from_the_beginning);
    g_test_add_func("/hiring/a_usual_run_needs_one", test_a_usual_run_needs_one);
    g_test_add_func("/hiring/a_long_list_has_two_at_once", test_a_long_list_has_two_at_once);
    g_test_add_func("/hiring/the_more_there_are_the_less_one_saves",
                    test_the_more_there_are_the_less_one_saves);
    g_test_add_func("/hiring/no_more_than_there_are_groups", test_no_more_than_there_are_groups);
    g_test_add_func("/hiring/nobody_is_sent_home", test_nobody_is_sent_home);
    return g_test_run();
}
