/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/pace.h"

static guint lot_of(const MgPace *pace, gsize n_directives, guint n_groups)
{
    MgGroup *groups[MG_PACE_MOST_GROUPS];
    g_autoptr(MgGroup) group = mg_group_new();

    group->n_directives = n_directives;
    for (guint i = 0; i < MG_PACE_MOST_GROUPS; i++)
        groups[i] = group;
    return mg_pace_lot(pace, groups, n_groups);
}

static void note_often(MgPace *pace, guint n_groups, guint n_sessions, gint64 duration_us)
{
    for (guint i = 0; i < 10; i++)
        mg_pace_note_sent(pace, n_groups, n_sessions, duration_us);
}

static void test_as_many_as_were_sent(void)
{
    MgPace pace = {.most_sessions = 1};

    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1); /* nothing is known */
    mg_pace_note_sent(&pace, 1, 1, 5000);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 4);
    g_assert_cmpuint(lot_of(&pace, 10, 3), ==, 3);
    note_often(&pace, 4, 1, 400);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
    g_assert_cmpuint(lot_of(&pace, 700, 16), ==, 2);
    g_assert_cmpuint(lot_of(&pace, 5000, 16), ==, 1);
    note_often(&pace, 1, 1, 300000);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1);
}

static void test_several_sessions(void)
{
    MgPace pace = {.most_sessions = 16};

    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 1);
    mg_pace_note_sent(&pace, 1, 1,
                      20000); /* a slow server: twice as many, until 16 groups go in 20 ms */
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 2);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 2);
    mg_pace_note_sent(&pace, 2, 2, 20000);
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 4);
    note_often(&pace, 16, 16, 20000);
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 16);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
    note_often(&pace, 4, 4, 4900); /* not so slow: no more than it takes */
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 4);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
    note_often(&pace, 16, 4, 4000);
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 1);
    note_often(&pace, 2, 2, 400000); /* so slow that a lot is one group a session */
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 4);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 4);
}

static void test_no_more_sessions_than_allowed(void)
{
    MgPace pace = {.most_sessions = 3};

    note_often(&pace, 3, 3, 60000);
    g_assert_cmpuint(mg_pace_at_once(&pace), ==, 3);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 3);
}

static void test_fixed(void)
{
    MgPace one = {.fixed = 1, .most_sessions = 16};
    MgPace seven = {.fixed = 7, .most_sessions = 16};

    mg_pace_note_sent(&one, 1, 1, 10);
    mg_pace_note_sent(&seven, 1, 1, 300000);
    g_assert_cmpuint(lot_of(&one, 10, 16), ==, 1);
    g_assert_cmpuint(lot_of(&seven, 10, 16), ==, 7);
}

static void test_alone(void)
{
    MgPace pace = {.fixed = 16, .most_sessions = 1};

    mg_pace_note_alone(&pace);
    for (guint i = 0; i < MG_PACE_MOST_GROUPS; i++) {
        g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1);
        mg_pace_note_sent(&pace, 1, 1, 10);
    }
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/as_many_as_were_sent", test_as_many_as_were_sent);
    g_test_add_func("/pace/several_sessions", test_several_sessions);
    g_test_add_func("/pace/no_more_sessions_than_allowed", test_no_more_sessions_than_allowed);
    g_test_add_func("/pace/fixed", test_fixed);
    g_test_add_func("/pace/alone", test_alone);
    return g_test_run();
}
