/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/division.h"

/* Directive 10 + i is about events[i]. */
static MgGroup *make_group(const gint64 *events, gsize n_events)
{
    MgGroup *group = mg_group_new();
    g_autofree gint64 *directives = g_new(gint64, n_events);

    for (gsize i = 0; i < n_events; i++)
        directives[i] = 10 + (gint64)i;
    group->recipient_address = g_strdup("abuse@isp.example");
    mg_group_set_directives(group, directives, events, n_events);
    return group;
}

/* "directives:events", each list with commas. */
static gchar *describe(const MgGroup *group)
{
    g_autofree gchar *directives = mg_group_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *events = mg_group_format_ids(group->event_ids, group->n_events);

    return g_strdup_printf("%s:%s", directives, events);
}

static void assert_task(MgTask *task, const gchar *expected)
{
    g_autofree gchar *found = describe(task->group);

    g_assert_cmpstr(found, ==, expected);
    g_assert_true(task->is_part);
    g_assert_cmpstr(task->group->recipient_address, ==, "abuse@isp.example");
    mg_task_free(task);
}

static void assert_asked(MgTask *task, const gchar *expected, guint format, guint rule)
{
    g_assert_cmpuint(task->first_format, ==, format);
    g_assert_cmpuint(task->first_rule, ==, rule);
    assert_task(task, expected);
}

static void test_by_event(void)
{
    static const gint64 events[] = {7, 5, 7, 6, 5};
    static const gint64 rest[] = {5, 6};
    g_autoptr(MgGroup) group = make_group(events, G_N_ELEMENTS(events));
    g_autoptr(MgDivision) all = mg_division_by_event(group, NULL, 0);
    g_autoptr(MgDivision) some = mg_division_by_event(group, rest, G_N_ELEMENTS(rest));

    g_assert_cmpuint(mg_division_n_left(all), ==, 3);
    assert_task(mg_division_next(all), "11, 14:5");
    assert_task(mg_division_next(all), "13:6");
    assert_task(mg_division_next(all), "10, 12:7");
    g_assert_cmpuint(mg_division_n_left(all), ==, 0);
    g_assert_cmpuint(mg_division_n_left(some), ==, 2);
    mg_division_ask_first(some, 2, 3);
    assert_asked(mg_division_next(some), "10, 12:7", 2, 3);
    assert_asked(mg_division_next(some), "11, 13, 14:5, 6", 0, 0);
    g_assert_cmpuint(mg_division_n_left(some), ==, 0);
}

static void test_rest(void)
{
    static const gint64 events[] = {1, 2, 3};
    g_autoptr(MgGroup) group = make_group(events, G_N_ELEMENTS(events));
    g_autoptr(MgDivision) division = mg_division_by_event(group, NULL, 0);

    assert_task(mg_division_next(division), "10:1");
    assert_task(mg_division_take_rest(division), "11, 12:2, 3");
    g_assert_cmpuint(mg_division_n_left(division), ==, 0);
}

static void test_by_mail(void)
{
    static const gint64 events[] = {1, 2, 3, 4};
    static const gint64 marks[2][2] = {{12, 13}, {10}};
    g_autoptr(MgGroup) group = make_group(events, G_N_ELEMENTS(events));
    GPtrArray *mails = g_ptr_array_new_with_free_func((GDestroyNotify)mg_notification_free);
    g_autoptr(MgDivision) division = NULL;
    MgTask *task = NULL;

    for (gsize i = 0; i < 2; i++) {
        MgNotification *mail = mg_notification_new();
        mail->marks = mg_marks_of(group, marks[i], i == 0 ? 2 : 1);
        mail->ticket = g_strdup_printf("%" G_GSIZE_FORMAT, i);
        g_ptr_array_add(mails, mail);
    }
    division = mg_division_by_mail(group, mails, "script");
    task = mg_division_next(division);
    g_assert_cmpstr(task->prepared->ticket, ==, "0");
    g_assert_cmpint(task->prepared->marks.kind, ==, MG_MARKS_ALL);
    g_assert_cmpstr(task->format_name, ==, "script");
    assert_task(task, "12, 13:3, 4");
    task = mg_division_take_rest(division);
    g_assert_null(task->prepared);
    assert_task(task, "10:1");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/division/by-event", test_by_event);
    g_test_add_func("/division/rest", test_rest);
    g_test_add_func("/division/by-mail", test_by_mail);
    return g_test_run();
}
