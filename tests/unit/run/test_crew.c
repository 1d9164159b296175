/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/crew.h"

static const struct {
    const gchar *name;
    guint n_workers;
    guint n_left;
    gdouble rate;
    gdouble waiting;
    guint most;
    guint wanted; /* with two processors; 0: as many as there are processors, two at least */
} cases[] = {
    {"nothing left", 1, 0, 100, 0.9, 0, 1},
    {"soon through", 1, 9, 100, 0.9, 0, 1},
    {"computing", 2, 1000, 100, 0.1, 0, 0},
    {"waiting for the server", 2, 1000, 100, 0.9, 0, 4},
    {"not beyond sixteen", 12, 10000, 100, 0.9, 0, 16},
    {"none is through yet", 1, 100, 0, 0.9, 0, 2},
    {"as the settings say", 2, 1000, 100, 0.9, 3, 3},
    {"only one", 1, 1000, 100, 0.9, 1, 1},
    {"no more than there are groups", 2, 1, 0, 0.9, 0, 3},
    {"nobody is sent home", 4, 1000, 100, 0.1, 0, 4},
};

static void test_wanted(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint expected =
            cases[i].wanted > 0 ? cases[i].wanted : MIN(4, MAX(2, g_get_num_processors()));
        if (g_str_equal(cases[i].name, "nobody is sent home") && g_get_num_processors() > 4)
            continue;
        g_test_message("%s", cases[i].name);
        g_assert_cmpuint(mg_crew_wanted(cases[i].n_workers, cases[i].n_left, cases[i].rate,
                                        cases[i].waiting, cases[i].most),
                         ==, expected);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/crew/wanted", test_wanted);
    return g_test_run();
}
