/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage3_load.h"

#include "base/error.h"
#include "database_fixture.h"

static const gchar *const ip[] = {"source.ip", NULL};

/* Events 1 to 4, with 192.0.2.ID. */
static void make_events(void)
{
    fixture_reset();
    fixture_execute("INSERT INTO events (\"source.ip\")"
                    " SELECT ('192.0.2.' || i)::inet FROM generate_series(1, 4) AS i");
}

static MgGroup *make_group(const gint64 *event_ids, gsize n_events)
{
    MgGroup *group = mg_group_new();

    group->event_ids = g_memdup2(event_ids, n_events * sizeof *event_ids);
    group->n_events = n_events;
    return group;
}

/* What a mail of them would list, and what the check of stage 3 says to it. */
static const struct {
    const gchar *name;
    gint64 event_ids[3];
    const gchar *ips; /* NULL: none is left */
} cases[] = {
    {"in order", {1, 2, 3}, "192.0.2.1 192.0.2.2 192.0.2.3"},
    {"shared with the one before", {2, 3, 4}, "192.0.2.2 192.0.2.3 192.0.2.4"},
    {"some removed", {4, 98, 99}, "192.0.2.4"},
    {"all removed", {97, 98, 99}, NULL},
};
#define N_CASES G_N_ELEMENTS(cases)
#define N_EVENTS G_N_ELEMENTS(cases[0].event_ids)

static gchar *list_ips(const MgEvents *events)
{
    g_autoptr(GPtrArray) ips = g_ptr_array_new();

    for (gsize i = 0; i < events->n_events; i++)
        g_ptr_array_add(ips, (gpointer)mg_events_cell(events, i, 0));
    g_ptr_array_add(ips, NULL);
    return g_strjoinv(" ", (gchar **)ips->pdata);
}

static void assert_case(gsize index, const MgGroup *group, const MgEvents *events)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *ips = list_ips(events);

    g_test_message("%s", cases[index].name);
    g_assert_cmpstr(ips, ==, cases[index].ips != NULL ? cases[index].ips : "");
    g_assert_cmpint(mg_stage3_check(events, group, &error), ==, cases[index].ips != NULL);
    if (error != NULL)
        fixture_assert_error(&error, MG_ERROR_GROUP, "none of the 3 events is in table events");
}

static void test_lot(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    const MgGroup *groups[N_CASES];
    MgEvents *events[N_CASES];

    make_events();
    for (gsize i = 0; i < N_CASES; i++)
        groups[i] = make_group(cases[i].event_ids, N_EVENTS);
    g_assert_true(mg_stage3_load(connection, groups, N_CASES, ip, events, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < N_CASES; i++) {
        assert_case(i, groups[i], events[i]);
        /* The others live on without it. */
        mg_events_free(events[i]);
        mg_group_unref((MgGroup *)groups[i]);
    }
}

static void test_every_column(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGroup) group = make_group(cases[0].event_ids, 1);
    const MgGroup *const groups[] = {group};
    MgEvents *events = NULL;

    make_events();
    g_assert_true(mg_stage3_load(connection, groups, 1, NULL, &events, &error));
    g_assert_no_error(error);
    g_assert_cmpint(mg_events_find_column(events, "source.ip"), >=, 0);
    g_assert_cmpint(mg_events_find_column(events, "extra"), >=, 0);
    mg_events_free(events);
}

static void test_no_such_column(void)
{
    const gchar *const fields[] = {"source.ip", "source.nothing", NULL};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGroup) group = make_group(cases[0].event_ids, N_EVENTS);
    const MgGroup *const groups[] = {group};
    MgEvents *events = NULL;

    g_assert_false(mg_stage3_load(connection, groups, 1, fields, &events, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "no column for field 'source.nothing'");
    g_assert_null(events);
}

static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGroup) group = make_group(cases[0].event_ids, N_EVENTS);
    const MgGroup *const groups[] = {group};
    MgEvents *events = NULL;

    fixture_terminate("test");
    g_assert_false(mg_stage3_load(connection, groups, 1, ip, &events, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RETRY);
    g_assert_null(events);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage3/lot", test_lot);
    g_test_add_func("/stage3/every_column", test_every_column);
    g_test_add_func("/stage3/no_such_column", test_no_such_column);
    g_test_add_func("/stage3/broken", test_broken);
    return g_test_run();
}
