/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/marks.h"

static MgGroup *make_group(void)
{
    static const gint64 ids[] = {3, 5, 8};
    MgGroup *group = mg_group_new();

    group->directive_ids = g_memdup2(ids, sizeof ids);
    group->n_directives = G_N_ELEMENTS(ids);
    return group;
}

static const struct {
    const gchar *name;
    gint64 ids[4];
    gsize n_ids;
    MgMarksKind kind;
    const gchar *marked;
} cases[] = {
    {"all", {3, 5, 8}, 3, MG_MARKS_ALL, "3, 5, 8"},
    {"all in another order, one twice", {8, 3, 5, 3}, 4, MG_MARKS_ALL, "3, 5, 8"},
    {"some", {8, 3}, 2, MG_MARKS_SOME, "3, 8"},
    {"some, and a stranger", {5, 77}, 2, MG_MARKS_SOME, "5"},
    {"none", {0}, 0, MG_MARKS_NONE, ""},
    {"only strangers", {77}, 1, MG_MARKS_NONE, ""},
};

static void test_of(void)
{
    g_autoptr(MgGroup) group = make_group();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        MgMarks marks = mg_marks_of(group, cases[i].ids, cases[i].n_ids);
        MgMarks copy = mg_marks_copy(&marks);
        gsize n_ids;
        const gint64 *ids = mg_marks_ids(&copy, group, &n_ids);
        g_autofree gchar *text = mg_group_format_ids(ids, n_ids);

        g_test_message("%s", cases[i].name);
        g_assert_cmpint(marks.kind, ==, cases[i].kind);
        g_assert_cmpstr(text, ==, cases[i].marked);
        g_assert_true(mg_marks_is_equal(&marks, &copy));
        mg_marks_clear(&marks);
        mg_marks_clear(&copy);
    }
}

static void test_is_equal(void)
{
    g_autoptr(MgGroup) group = make_group();
    MgMarks one = mg_marks_of(group, (const gint64[]){3}, 1);
    MgMarks other = mg_marks_of(group, (const gint64[]){5}, 1);
    MgMarks all = {.kind = MG_MARKS_ALL};

    g_assert_false(mg_marks_is_equal(&one, &other));
    g_assert_false(mg_marks_is_equal(&one, &all));
    mg_marks_clear(&one);
    mg_marks_clear(&other);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/marks/of", test_of);
    g_test_add_func("/marks/is_equal", test_is_equal);
    return g_test_run();
}
