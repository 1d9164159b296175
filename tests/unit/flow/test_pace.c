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

static void test_as_many_as_were_sent(void)
{
    MgPace pace = {0};

    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1); /* nothing is known */
    mg_pace_note_sent(&pace, 1, 5000);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 4);
    g_assert_cmpuint(lot_of(&pace, 10, 3), ==, 3);
    for (guint i = 0; i < 10; i++)
        mg_pace_note_sent(&pace, 4, 400);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
    g_assert_cmpuint(lot_of(&pace, 700, 16), ==, 2);
    g_assert_cmpuint(lot_of(&pace, 5000, 16), ==, 1);
    for (guint i = 0; i < 10; i++)
        mg_pace_note_sent(&pace, 1, 300000);
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1);
}

static void test_fixed(void)
{
    MgPace one = {.fixed = 1};
    MgPace seven = {.fixed = 7};

    mg_pace_note_sent(&one, 1, 10);
    mg_pace_note_sent(&seven, 1, 300000);
    g_assert_cmpuint(lot_of(&one, 10, 16), ==, 1);
    g_assert_cmpuint(lot_of(&seven, 10, 16), ==, 7);
}

static void test_alone(void)
{
    MgPace pace = {.fixed = 16};

    mg_pace_note_alone(&pace);
    for (guint i = 0; i < MG_PACE_MOST_GROUPS; i++) {
        g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 1);
        mg_pace_note_sent(&pace, 1, 10);
    }
    g_assert_cmpuint(lot_of(&pace, 10, 16), ==, 16);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/as_many_as_were_sent", test_as_many_as_were_sent);
    g_test_add_func("/pace/fixed", test_fixed);
    g_test_add_func("/pace/alone", test_alone);
    return g_test_run();
}
