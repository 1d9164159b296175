/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/handful.h"

/* A list of tasks: "." is a group of one directive, "L" one of more than a lot may have, "u" a
 * delivery that is uncertain. */
static GPtrArray *make_tasks(const gchar *described)
{
    GPtrArray *tasks = g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);

    for (; *described != '\0'; described++) {
        MgGroup *group = mg_group_new();
        gsize n = *described == 'L' ? MG_PACE_MOST_DIRECTIVES + 1 : 1;
        g_autofree gint64 *ids = g_new(gint64, n);

        for (gsize i = 0; i < n; i++)
            ids[i] = (gint64)i + 1;
        mg_group_set_directives(group, ids, ids, n);
        g_ptr_array_add(tasks, mg_task_new(group, *described == 'u' ? g_new0(MgIntent, 1) : NULL));
    }
    return tasks;
}

static const struct {
    const gchar *name;
    const gchar *tasks;
    guint fixed;
    guint most;
    guint size;
} sizes[] = {
    {"as many as the settings want", ".....", 4, 5, 4},
    {"as many as are its share", ".....", 4, 2, 2},
    {"an uncertain one is alone", "u....", 4, 5, 1},
    {"and is not taken with those before it", "..u..", 4, 5, 2},
    {"a large one is alone", "L....", 4, 5, 1},
    {"nothing is known of the pace yet", ".....", 0, 5, 1},
    {"never more than a lot may have", "....................", 20, 20, 16},
};

static void test_size(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GPtrArray) tasks = make_tasks(sizes[i].tasks);
        const MgWorker worker = {.pace = {.fixed = sizes[i].fixed, .most_sessions = 1}};

        g_test_message("%s", sizes[i].name);
        g_assert_cmpuint(mg_handful_size(&worker, tasks, 0, sizes[i].most), ==, sizes[i].size);
    }
}

static void test_size_from_the_middle(void)
{
    g_autoptr(GPtrArray) tasks = make_tasks("...u..");
    const MgWorker worker = {.pace = {.fixed = 4, .most_sessions = 1}};

    g_assert_cmpuint(mg_handful_size(&worker, tasks, 2, 4), ==, 1);
    g_assert_cmpuint(mg_handful_size(&worker, tasks, 3, 3), ==, 1);
    g_assert_cmpuint(mg_handful_size(&worker, tasks, 4, 2), ==, 2);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/handful/size", test_size);
    g_test_add_func("/handful/size_from_the_middle", test_size_from_the_middle);
    return g_test_run();
}
