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

static const gint64 sized_events[] = {7, 5, 8, 5, 3, 9}; /* of directives 10 to 15 */

/* Rows 5, 7, 9: events 3 and 8 have vanished meanwhile. */
static MgDivision *divide_by_size(const MgGroup *group)
{
    static const gint64 rows[] = {5, 7, 9};
    static const MgPart two[] = {{0, 2, MG_FORM_ZIP, 1, 2}, {2, 1, MG_FORM_ATTACHMENT, 2, 2}};
    static const gchar *const ids[] = {"<a@b>", "<c@d>", NULL};
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(MgPart));
    MgDivision *division;

    g_array_append_vals(parts, two, G_N_ELEMENTS(two));
    division = mg_division_by_size(group, parts, rows, "t-1", ids);
    mg_division_ask_first(division, 4, 5);
    mg_division_set_divided_before(division, TRUE);
    return division;
}

static void assert_part(MgTask *task, const MgPart *part, const gchar *expected)
{
    g_assert_cmpuint(task->by_size->part.first, ==, 0);
    g_assert_cmpuint(task->by_size->part.n_events, ==, part->n_events);
    g_assert_cmpint(task->by_size->part.form, ==, part->form);
    g_assert_cmpuint(task->by_size->part.number, ==, part->number);
    g_assert_cmpuint(task->by_size->part.n_parts, ==, part->n_parts);
    g_assert_cmpstr(task->by_size->ticket, ==, "t-1");
    g_assert_cmpstr(task->by_size->ids[1], ==, "<c@d>");
    g_assert_true(task->has_been_divided);
    assert_asked(task, expected, 4, 5);
}

static void test_by_size(void)
{
    const MgPart first = {0, 2, MG_FORM_ZIP, 1, 2};
    const MgPart second = {0, 1, MG_FORM_ATTACHMENT, 2, 2};
    g_autoptr(MgGroup) group = make_group(sized_events, G_N_ELEMENTS(sized_events));
    g_autoptr(MgDivision) division = divide_by_size(group);

    g_assert_true(mg_division_is_one_by_one(division));
    g_assert_cmpuint(mg_division_n_left(division), ==, 2);
    assert_part(mg_division_next(division), &first, "10, 11, 12, 13, 14:3, 5, 7, 8");
    assert_part(mg_division_next(division), &second, "15:9");
    g_assert_cmpuint(mg_division_n_left(division), ==, 0);
}

static void test_begin_anew(void)
{
    g_autoptr(MgGroup) group = make_group(sized_events, G_N_ELEMENTS(sized_events));
    g_autoptr(MgDivision) division = divide_by_size(group);
    MgTask *first = mg_division_next(division);
    MgTask *anew = mg_division_begin_anew(division, first);

    g_assert_null(anew->by_size);
    assert_asked(anew, "10, 11, 12, 13, 14, 15:3, 5, 7, 8, 9", 4, 5);
    g_assert_cmpuint(mg_division_n_left(division), ==, 0);
    anew = mg_division_begin_anew(NULL, first);
    g_assert_null(anew->by_size);
    assert_asked(anew, "10, 11, 12, 13, 14:3, 5, 7, 8", 4, 5);
    mg_task_free(first);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/division/by-event", test_by_event);
    g_test_add_func("/division/rest", test_rest);
    g_test_add_func("/division/by-mail", test_by_mail);
    g_test_add_func("/division/by-size", test_by_size);
    g_test_add_func("/division/begin-anew", test_begin_anew);
    return g_test_run();
}
