/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "run/task_filter.h"

static void add(GPtrArray *tasks, const gchar *recipient, const gchar *template)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup(recipient);
    group->template_name = g_strdup(template);
    g_ptr_array_add(tasks, mg_task_new(group, NULL));
}

static GPtrArray *make_tasks(void)
{
    GPtrArray *tasks = g_ptr_array_new_with_free_func((GDestroyNotify)mg_task_free);

    add(tasks, "a@one.example", "x");
    add(tasks, "B@one.example", "y");
    add(tasks, "c@two.example", "y");
    add(tasks, "D@ÖRTLICH.example", "X");
    return tasks;
}

typedef struct {
    const gchar *name;
    const gchar *recipients; /* separated by blanks; NULL: none given */
    const gchar *templates;
    gint limit;
    const gchar *expected;
} FilterCase;

static const FilterCase cases[] = {
    {"all", NULL, NULL, 0, "aBcD"},
    {"recipient", "*@ONE.example", NULL, 0, "aB"},
    {"recipients", "a* c*", NULL, 0, "ac"},
    {"beyond_ascii", "*örtlich*", NULL, 0, "D"},
    {"template", NULL, "y", 0, "Bc"},
    {"template_letter_case", NULL, "X", 0, "D"},
    {"both", "*one*", "y", 0, "B"},
    {"limit", NULL, NULL, 3, "aBc"},
    {"limit_after_patterns", NULL, "y", 1, "B"},
    {"limit_beyond", NULL, NULL, 9, "aBcD"},
    {"none", "z*", NULL, 0, ""},
};

static void test_case(gconstpointer data)
{
    const FilterCase *one = data;
    g_auto(GStrv) recipients =
        one->recipients != NULL ? g_strsplit(one->recipients, " ", -1) : NULL;
    g_auto(GStrv) templates = one->templates != NULL ? g_strsplit(one->templates, " ", -1) : NULL;
    const MgTaskFilter filter = {recipients, templates, one->limit};
    g_autoptr(GPtrArray) tasks = make_tasks();
    g_autoptr(GString) kept = g_string_new(NULL);

    mg_task_filter_apply(&filter, tasks);
    for (guint i = 0; i < tasks->len; i++)
        g_string_append_c(kept,
                          ((MgTask *)g_ptr_array_index(tasks, i))->group->recipient_address[0]);
    g_assert_cmpstr(kept->str, ==, one->expected);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strdup_printf("/task_filter/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
