/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/event_query.h"

#include "base/error.h"
#include "database_fixture.h"

static const gint64 ids[] = {3, 1, 2, 99};

static MgEvents *load(MgConnection *connection, const gchar *const *fields)
{
    g_autoptr(GError) error = NULL;
    MgEvents *events = mg_event_query_load(connection, ids, G_N_ELEMENTS(ids), fields, &error);

    g_assert_no_error(error);
    return events;
}

static void three_events(void)
{
    fixture_reset();
    fixture_execute("INSERT INTO events (\"source.ip\") VALUES ('192.0.2.1'), ('2001:db8::/32'),"
                    " (NULL)");
}

static void test_order(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    const gchar *fields[] = {"source.ip", "id", "source.ip", NULL};
    g_autoptr(MgEvents) events = NULL;

    three_events();
    events = load(connection, fields);
    g_assert_cmpuint(events->n_events, ==, 3);
    g_assert_cmpuint(events->n_columns, ==, 3);
    g_assert_cmpint(events->ids[0], ==, 1);
    g_assert_cmpint(events->ids[2], ==, 3);
    g_assert_cmpstr(mg_events_cell(events, 0, 0), ==, "192.0.2.1");
    g_assert_cmpstr(mg_events_cell(events, 0, 1), ==, "1");
    g_assert_cmpstr(mg_events_cell(events, 1, 2), ==, "2001:db8::/32");
    g_assert_null(mg_events_cell(events, 2, 0));
    g_assert_cmpstr(events->columns[2].name, ==, "source.ip");
}

static const struct {
    const gchar *field;
    const gchar *value;
    const gchar *cell;
    MgKind kind;
} cases[] = {
    {"source.tor_node", "true", "t", MG_KIND_BOOLEAN},
    {"source.port", "'53'", "53", MG_KIND_INTEGER},
    {"id", "9000000000000000000", "9000000000000000000", MG_KIND_INTEGER},
    {"feed.accuracy", "48.2", "48.2", MG_KIND_REAL},
    {"feed.accuracy", "'NaN'", "NaN", MG_KIND_REAL},
    {"feed.accuracy", "1e20", "1e+20", MG_KIND_REAL},
    {"time.source", "'2026-11-20 03:04:05.5+02'", "2026-11-20 01:04:05.5+00", MG_KIND_TIMESTAMP},
    {"source.network", "'192.0.2.0/24'", "192.0.2.0/24", MG_KIND_INET},
    {"extra", "'{\"a\": 1}'", "{\"a\": 1}", MG_KIND_JSON},
    {"event_description.text", "E'a\\nb\"''ä'", "a\nb\"'ä", MG_KIND_TEXT},
    {"classification.taxonomy", "''", "", MG_KIND_TEXT},
    {"amount", "1.50", "1.50", MG_KIND_NUMERIC},
    {"plain_time", "'2026-11-20 03:04:05'", "2026-11-20 03:04:05", MG_KIND_LOCAL_TIME},
    {"day", "'infinity'", "infinity", MG_KIND_DATE},
    {"small", "7", "7", MG_KIND_INTEGER}, /* a domain over smallint */
};

static void test_kinds(void)
{
    g_autoptr(MgConnection) connection = NULL;

    fixture_execute("CREATE DOMAIN small_number AS smallint;"
                    "ALTER TABLE events ADD COLUMN dropped text, ADD COLUMN amount numeric,"
                    " ADD COLUMN plain_time timestamp, ADD COLUMN small small_number,"
                    " ADD COLUMN day date;"
                    "ALTER TABLE events DROP COLUMN dropped");
    connection = fixture_open("test");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const gchar *fields[] = {cases[i].field, NULL};
        g_autoptr(GError) error = NULL;
        g_autoptr(MgEvents) events = NULL;
        g_autofree gchar *id = NULL;
        gint64 number = 0;
        g_test_message("%s", cases[i].field);
        fixture_reset();
        id = fixture_value("INSERT INTO events (\"%s\") VALUES (%s) RETURNING id", cases[i].field,
                           cases[i].value);
        number = g_ascii_strtoll(id, NULL, 10);
        events = mg_event_query_load(connection, &number, 1, fields, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(mg_events_cell(events, 0, 0), ==, cases[i].cell);
        g_assert_cmpint(events->columns[0].kind, ==, cases[i].kind);
    }
}

static void test_all_columns(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgEvents) events = NULL;

    three_events();
    events = load(connection, NULL);
    fixture_assert_value("t",
                         "SELECT count(*) = %u FROM pg_attribute"
                         " WHERE attrelid = 'events'::regclass AND attnum > 0"
                         " AND NOT attisdropped",
                         (guint)events->n_columns);
    g_assert_cmpint(mg_events_find_column(events, "source.ip"), >=, 0);
    g_assert_cmpint(mg_events_find_column(events, "dropped"), ==, -1);
}

static const struct {
    const gchar *field;
    const gchar *json; /* what an extra of type json gives */
    const gchar *jsonb;
} extra_cases[] = {
    {"extra.number", "1e5", "100000"},
    {"extra.big", "12345678901234567890123", "12345678901234567890123"},
    {"extra.text", "\"a\\\"b\\u00e4\"", "\"a\\\"bä\""},
    {"extra.null", "null", "null"},
    {"extra.missing", NULL, NULL},
    {"extra.nested", "{\"z\":[1, 2.50]}", "{\"z\": [1, 2.50]}"},
    {"extra.it's \"odd\".$1 -> x", "1", "1"},
    {"extra.a.b", "2", "2"},
};

/* A json document with what jsonb cannot hold. */
static const struct {
    const gchar *extra;
    const gchar *cell;
} difficult_cases[] = {
    {"{\"a\": 1e5, \"b\": \"\\u0000\"}", "1e5"},
    {"{\"a\": \"x\\u0000y\"}", "\"x\\\\u0000y\""},
    {"{\"a\": \"\\\\u0000\\u0000\"}", "\"\\\\u0000\\\\u0000\""},
    {"{\"a\": \"\\ud83d\"}", "\"\\\\ud83d\""},
    {"{\"a\": \"\\ud83d\\ude00\\ude00\"}", "\"\\ud83d\\ude00\\\\ude00\""},
    {"{\"\\u0000\": 1, \"a\": 2}", "2"},
    {"{\"a\": 1e999999999, \"b\": \"\\ud83d\"}", "1e999999999"},
};

static void check_difficult(gsize index)
{
    const gchar *fields[] = {"extra.a", NULL};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgEvents) events = NULL;
    gint64 id = 1;

    g_test_message("%s", difficult_cases[index].extra);
    fixture_reset();
    fixture_execute("INSERT INTO events (extra) VALUES ($extra$%s$extra$)",
                    difficult_cases[index].extra);
    g_assert_true(mg_connection_begin(connection, &error)); /* as in a claim */
    events = mg_event_query_load(connection, &id, 1, fields, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mg_events_cell(events, 0, 0), ==, difficult_cases[index].cell);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 1);
    g_assert_true(mg_connection_commit(connection, &error));
}

#define EXTRA                                                                                      \
    "{\"number\": 1e5, \"big\": 12345678901234567890123, \"text\": \"a\\\"b\\u00e4\","             \
    " \"null\": null, \"nested\": {\"z\":[1, 2.50]}, \"it's \\\"odd\\\".$1 -> x\": 1, \"a.b\": 2"

static void check_extra(gboolean is_json)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    gint64 id = 1;

    fixture_reset();
    fixture_execute("INSERT INTO events (extra) VALUES ($extra$" EXTRA "}$extra$)");
    for (gsize i = 0; i < G_N_ELEMENTS(extra_cases); i++) {
        const gchar *fields[] = {extra_cases[i].field, "source.ip", NULL};
        g_autoptr(GError) error = NULL;
        g_autoptr(MgEvents) events = NULL;
        g_test_message("%s", extra_cases[i].field);
        events = mg_event_query_load(connection, &id, 1, fields, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(mg_events_cell(events, 0, 0), ==,
                        is_json ? extra_cases[i].json : extra_cases[i].jsonb);
        g_assert_cmpint(events->columns[0].kind, ==, MG_KIND_JSON);
        g_assert_cmpstr(events->columns[0].name, ==, extra_cases[i].field);
    }
}

static void test_extra(void)
{
    check_extra(FALSE);
    fixture_execute("ALTER TABLE events ALTER COLUMN extra TYPE json");
    fixture_reconnect();
    check_extra(TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(difficult_cases); i++)
        check_difficult(i);
    fixture_execute("TRUNCATE events, directives;"
                    "ALTER TABLE events ALTER COLUMN extra TYPE jsonb");
    fixture_reconnect();
}

static const struct {
    const gchar *field;
    const gchar *text;
} bad_cases[] = {
    {"no.such", "table events has no column for field 'no.such'"},
    {"source.ip\" FROM sent --", "cannot be the name"},
    {"*", "cannot be the name"},
    {"", "cannot be the name"},
    {"dropped", "no column"},
    {"extra.", "no column"},
    {"extra.\xff", "cannot be the name"},
    {"ctid", "no column"},
};

static void test_bad_fields(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        const gchar *fields[] = {"source.ip", bad_cases[i].field, NULL};
        g_autofree gchar *quoted = mg_error_quote(bad_cases[i].field); /* TAP is UTF-8 */
        g_autoptr(GError) error = NULL;
        g_test_message("%s", quoted);
        g_assert_null(mg_event_query_load(connection, ids, G_N_ELEMENTS(ids), fields, &error));
        fixture_assert_error(&error, MG_ERROR_GROUP, bad_cases[i].text);
        g_assert_false(mg_event_query_check(connection, fields, &error));
        fixture_assert_error(&error, MG_ERROR_GROUP, bad_cases[i].text);
    }
}

static void test_none(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    const gchar *no_fields[] = {NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(MgEvents) events = NULL;

    three_events();
    events = load(connection, no_fields);
    g_assert_cmpuint(events->n_columns, ==, 0);
    g_assert_cmpuint(events->n_events, ==, 3);
    g_clear_pointer(&events, mg_events_free);
    events = mg_event_query_load(connection, NULL, 0, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(events->n_events, ==, 0);
}

static MgGroup *group_of(const gint64 *event_ids, gsize n_events)
{
    MgGroup *group = mg_group_new();

    group->event_ids = g_memdup2(event_ids, n_events * sizeof *event_ids);
    group->n_events = n_events;
    return group;
}

/* Groups may share an event, name one that is gone, or have none left; results outlive each other. */
static void test_lot(void)
{
    static gint64 of_group[][3] = {{2, 3, 99}, {1, 2, 3}, {98, 99, 100}};
    const gchar *fields[] = {"source.ip", "id", NULL};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    MgGroup *groups[3];
    MgEvents *events[3] = {NULL, NULL, NULL};

    three_events();
    for (gsize i = 0; i < 3; i++) {
        groups[i] = group_of(of_group[i], 3);
    }
    g_assert_true(mg_event_query_load_lot(connection, (const MgGroup *const *)groups, 3, fields,
                                          events, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(events[0]->n_events, ==, 2);
    g_assert_cmpuint(events[1]->n_events, ==, 3);
    g_assert_cmpuint(events[2]->n_events, ==, 0);
    g_assert_cmpuint(events[2]->n_columns, ==, 2);
    mg_events_free(events[1]);
    mg_events_free(events[2]);
    g_assert_cmpint(events[0]->ids[0], ==, 2);
    g_assert_cmpint(events[0]->ids[1], ==, 3);
    g_assert_cmpstr(mg_events_cell(events[0], 0, 0), ==, "2001:db8::/32");
    g_assert_cmpstr(mg_events_cell(events[0], 1, 1), ==, "3");
    g_assert_null(mg_events_cell(events[0], 1, 0));
    mg_events_free(events[0]);
    for (gsize i = 0; i < 3; i++)
        mg_group_unref(groups[i]);
}

static void test_lot_fails(void)
{
    const gchar *fields[] = {"no.such", NULL};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGroup) group = mg_group_new();
    const MgGroup *groups[] = {group};
    MgEvents *events = NULL;

    g_assert_false(mg_event_query_load_lot(connection, groups, 1, fields, &events, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "no column for field 'no.such'");
    g_assert_null(events);
    g_assert_true(mg_event_query_load_lot(connection, groups, 1, NULL, &events, &error));
    g_assert_cmpuint(events->n_events, ==, 0);
    mg_events_free(events);
}

/* Events that are fit for a mail each may be too much for one query. */
static void test_lot_too_large(void)
{
    const gchar *fields[] = {"event_description.text", NULL};
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    MgGroup *groups[2];
    MgEvents *events[2] = {NULL, NULL};

    fixture_reset();
    fixture_execute("INSERT INTO events (\"event_description.text\")"
                    " SELECT repeat('x', 65 * 1024 * 1024) FROM generate_series(1, 2)");
    for (gint64 i = 0; i < 2; i++) {
        gint64 id = i + 1;
        groups[i] = group_of(&id, 1);
    }
    events[0] = mg_event_query_load(connection, groups[0]->event_ids, 1, fields, &error);
    g_assert_no_error(error);
    g_clear_pointer(&events[0], mg_events_free);
    g_assert_false(mg_event_query_load_lot(connection, (const MgGroup *const *)groups, 2, fields,
                                           events, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "more than 128 MiB");
    fixture_reset();
    mg_group_unref(groups[0]);
    mg_group_unref(groups[1]);
}

static void test_no_extra(void)
{
    g_autoptr(MgConnection) connection = NULL;
    const gchar *fields[] = {"extra.key", NULL};
    g_autoptr(GError) error = NULL;

    fixture_execute("ALTER TABLE events RENAME extra TO was_extra;"
                    "ALTER TABLE events ADD COLUMN extra text");
    connection = fixture_open("test");
    g_assert_null(mg_event_query_load(connection, ids, 1, fields, &error));
    fixture_assert_error(&error, MG_ERROR_GROUP, "neither json nor jsonb");
    fixture_execute("ALTER TABLE events DROP COLUMN extra;"
                    "ALTER TABLE events RENAME was_extra TO extra");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/event_query/order", test_order);
    g_test_add_func("/event_query/kinds", test_kinds);
    g_test_add_func("/event_query/all_columns", test_all_columns);
    g_test_add_func("/event_query/extra", test_extra);
    g_test_add_func("/event_query/bad_fields", test_bad_fields);
    g_test_add_func("/event_query/none", test_none);
    g_test_add_func("/event_query/lot", test_lot);
    g_test_add_func("/event_query/lot_fails", test_lot_fails);
    g_test_add_func("/event_query/lot_too_large", test_lot_too_large);
    g_test_add_func("/event_query/no_extra", test_no_extra);
    return g_test_run();
}
