/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/pending.h"

#include "base/clock.h"
#include "base/error.h"
#include "database_fixture.h"

#include <string.h>

static GPtrArray *list(MgConnection *connection, const gchar *where)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *groups = mg_pending_list(connection, where, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    return groups;
}

/* `recipient:ids` of all groups. */
static gchar *summarize(MgConnection *connection, const gchar *where)
{
    g_autoptr(GPtrArray) groups = list(connection, where);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < groups->len; i++) {
        const MgGroup *group = groups->pdata[i];
        g_autofree gchar *ids = mg_group_format_ids(group->directive_ids, group->n_directives);
        g_string_append_printf(text, "%s%s:%s", i > 0 ? " " : "", group->recipient_address, ids);
    }
    return g_string_free(text, FALSE);
}

static void assert_summary(MgConnection *connection, const gchar *where, const gchar *expected)
{
    g_autofree gchar *found = summarize(connection, where);

    g_assert_cmpstr(found, ==, expected);
}

static void test_grouping(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_add("b@x", "one", "{\"a\": \"1\"}");
    fixture_add("a@x", "one", "{\"a\": \"1\"}");
    fixture_add("b@x", "one", "{\"a\": \"1\"}");
    fixture_add("b@x", "two", "{\"a\": \"1\"}");
    fixture_add("b@x", "one", "{\"a\": \"2\"}");
    fixture_add("sent@x", "one", NULL);
    fixture_add("destination@x", "one", NULL);
    fixture_add("other medium@x", "one", NULL);
    fixture_execute("INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('t', now());"
                    "UPDATE directives SET sent_id = 1 WHERE recipient_address = 'sent@x';"
                    "UPDATE directives SET endpoint = 'destination'"
                    " WHERE recipient_address = 'destination@x';"
                    "UPDATE directives SET medium = 'fax' WHERE recipient_address LIKE 'other%%'");
    assert_summary(connection, NULL, "a@x:2 b@x:1, 3 b@x:5 b@x:4");
    assert_summary(connection, " \n", "a@x:2 b@x:1, 3 b@x:5 b@x:4");
    fixture_execute("INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
                    " marks_directives, mail_date, recipients, directive_ids)"
                    " VALUES (1, 't', 'm', 0, true, now(), '{}', '{3,5}')");
    assert_summary(connection, NULL, "a@x:2 b@x:1 b@x:4");
}

static void test_count(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    MgPendingCount count;

    fixture_reset();
    g_assert_true(mg_pending_count(connection, NULL, &count, &error));
    g_assert_cmpuint(count.n_directives, ==, 0);
    g_assert_cmpuint(count.n_groups, ==, 0);
    g_assert_cmpint(count.oldest, ==, MG_CLOCK_NONE);

    fixture_add("a@x", "one", "{\"a\": \"1\"}");
    fixture_add("a@x", "one", "{\"a\": \"1\"}");
    fixture_add("a@x", "one", "{\"a\": \"2\"}");
    fixture_add("b@x", "one", NULL);
    fixture_add("b@x", "one", NULL);
    fixture_add("sent@x", "one", NULL);
    fixture_execute("INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('t', now());"
                    "UPDATE directives SET sent_id = 1 WHERE recipient_address = 'sent@x';"
                    "UPDATE directives SET aggregate_identifier = NULL WHERE id = 4;"
                    "UPDATE directives SET inserted_at = '1970-01-01 00:00:02+00' WHERE id = 2");
    g_assert_true(mg_pending_count(connection, "", &count, &error));
    g_assert_cmpuint(count.n_directives, ==, 5);
    g_assert_cmpuint(count.n_groups, ==, 3);
    g_assert_cmpint(count.oldest, ==, 2 * G_USEC_PER_SEC);

    g_assert_true(
        mg_pending_count(connection, "d3.recipient_address = 'b@x' -- not a", &count, &error));
    g_assert_cmpuint(count.n_directives, ==, 2);
    g_assert_false(mg_pending_count(connection, "no such ) thing", &count, &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "no such ) thing");
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
}

static void test_null_aggregate_is_empty(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "one", NULL);
    fixture_execute("UPDATE directives SET aggregate_identifier = NULL WHERE id = 1");
    assert_summary(connection, NULL, "a@x:1, 2");
}

static void check_last_sent(MgConnection *connection)
{
    g_autoptr(MgGroup) group = NULL;
    g_autofree gchar *text = NULL;

    fixture_reset();
    fixture_execute("INSERT INTO sent (intelmq_ticket, sent_at) VALUES"
                    " ('1', '2026-01-01 00:00:00+00'), ('2', '2026-01-02 00:00:00.5+00'),"
                    " ('3', '2026-01-03 00:00:00+00'), ('4', '2026-01-04 00:00:00+00')");
    for (guint i = 0; i < 5; i++)
        fixture_add("a@x", "one", i == 3 ? "{\"other\": \"\"}" : NULL);
    /* The most recently inserted counts, not the most recently sent; one has no aggregate at all.
     */
    fixture_execute("UPDATE directives SET inserted_at = '2026-01-05', sent_id = 3 WHERE id = 1;"
                    "UPDATE directives SET inserted_at = '2026-01-06', sent_id = 2,"
                    " aggregate_identifier = NULL WHERE id = 2;"
                    "UPDATE directives SET inserted_at = '2026-01-07' WHERE id = 3;"
                    "UPDATE directives SET inserted_at = '2026-01-08', sent_id = 4 WHERE id = 4");
    group = fixture_group(connection, "a@x");
    g_assert_cmpuint(group->n_directives, ==, 2);
    text = mg_clock_format_utc(group->last_sent);
    g_assert_cmpstr(text, ==, "2026-01-02 00:00:00.500000+00:00");

    fixture_execute("UPDATE directives SET inserted_at = '2026-01-09' WHERE id = 1");
    g_clear_pointer(&group, mg_group_unref);
    group = fixture_group(connection, "a@x");
    g_free(text);
    text = mg_clock_format_utc(group->last_sent);
    g_assert_cmpstr(text, ==, "2026-01-03 00:00:00+00:00");

    fixture_execute("UPDATE directives SET sent_id = NULL");
    assert_summary(connection, NULL, "a@x:1, 2, 3, 5 a@x:4");
    g_clear_pointer(&group, mg_group_unref);
    fixture_execute("DELETE FROM directives WHERE id = 4");
    group = fixture_group(connection, "a@x");
    g_assert_cmpint(group->last_sent, ==, MG_CLOCK_NONE);
}

/* With our index, and without, as in a database of the Python program. */
static void test_last_sent(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    check_last_sent(connection);
    fixture_execute("ALTER INDEX IF EXISTS directives_last_sent_idx RENAME TO not_there");
    check_last_sent(connection);
    fixture_execute("ALTER INDEX IF EXISTS not_there RENAME TO directives_last_sent_idx");
}

static void test_values(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = NULL;
    g_autofree gchar *inserted = NULL;

    fixture_reset();
    for (guint i = 0; i < 3; i++)
        fixture_add("a@x", "one", NULL);
    fixture_execute("UPDATE directives SET events_id = 1 WHERE id = 3;"
                    "UPDATE directives SET notification_interval = '1 mon 2 days 03:00:00.000004',"
                    " inserted_at = '2026-11-20 03:04:05.123456+00' WHERE id = 1;"
                    "UPDATE directives SET inserted_at = '2026-11-19' WHERE id > 1");
    group = fixture_group(connection, "a@x");
    g_assert_cmpstr(group->template_name, ==, "a_template");
    g_assert_cmpstr(group->notification_format, ==, "one");
    g_assert_cmpstr(group->event_data_format, ==, "csv_x");
    g_assert_cmpuint(group->n_directives, ==, 3);
    g_assert_cmpuint(group->n_events, ==, 2);
    g_assert_cmpint(group->event_ids[0], ==, 1);
    g_assert_cmpint(group->event_ids[1], ==, 2);
    g_assert_cmpint(group->notification_interval, ==,
                    G_GINT64_CONSTANT(32 * 86400 + 3 * 3600) * G_USEC_PER_SEC + 4);
    inserted = mg_clock_format_utc(group->inserted_at);
    g_assert_cmpstr(inserted, ==, "2026-11-20 03:04:05.123456+00:00");
}

static void test_extreme_times(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(MgGroup) group = NULL;
    g_autofree gchar *inserted = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_execute("UPDATE directives SET inserted_at = 'infinity',"
                    " notification_interval = '178000000 years'");
    group = fixture_group(connection, "a@x");
    inserted = mg_clock_format_utc(group->inserted_at);
    g_assert_cmpstr(inserted, ==, "9999-12-31 23:59:59.999999+00:00");
    g_assert_cmpint(group->notification_interval, ==, G_MAXINT64);
}

static const struct {
    const gchar *name;
    const gchar *array;
    const gchar *pairs;
} aggregate_cases[] = {
    {"plain", "{{source.asn,64496},{time.observation,x}}", "source.asn=64496|time.observation=x|"},
    {"quotes", "{{\"a,b\",\"{}\\\"\\\\\"},{\"\",\"\"}}", "a,b={}\"\\|=|"},
    {"NULL text", "{{a,NULL},{\"NULL\",b}}", "a=(null)|NULL=b|"},
    {"NULL name", "{{NULL,x},{a,b}}", "a=b|"},
    {"doubled name", "{{a,1},{b,2},{a,3}}", "a=3|b=2|"},
    {"line break", "{{\"a\nb\",\"c\r\n\"}}", "a\nb=c\r\n|"},
    {"lower bound", "[0:0][5:6]={{a,b}}", "a=b|"},
    {"empty", "{}", ""},
    {"one dimension", "{a,b}", ""},
    {"rows of three", "{{a,b,c}}", ""},
};

static void test_aggregate(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(aggregate_cases); i++) {
        g_autoptr(MgGroup) group = NULL;
        g_autoptr(GString) found = g_string_new(NULL);
        g_test_message("%s", aggregate_cases[i].name);
        fixture_reset();
        fixture_add("a@x", "one", NULL);
        /* The index for Fody's search takes pairs only, so it is not there for the rest. */
        fixture_execute("DROP INDEX IF EXISTS directives_recipient_group_idx;"
                        "UPDATE directives SET aggregate_identifier = $array$%s$array$",
                        aggregate_cases[i].array);
        group = fixture_group(connection, "a@x");
        for (guint k = 0; k < mg_pairs_count(group->aggregate); k++) {
            const gchar *text = mg_pairs_text(group->aggregate, k);
            g_string_append_printf(found, "%s=%s|", mg_pairs_name(group->aggregate, k),
                                   text != NULL ? text : "(null)");
        }
        g_assert_cmpstr(found->str, ==, aggregate_cases[i].pairs);
    }
}

static const struct {
    const gchar *where;
    const gchar *summary;
} where_cases[] = {
    {"\"notification_format\" = 'one'", "a@x:1"},
    {"d3.notification_format = 'two'", "a@x:2"},
    {"notification_format = 'one' OR true", "a@x:1 a@x:2"},
    {"notification_format = 'one' -- a comment", "a@x:1"},
    {"events.\"feed.code\" = 'oneshot'", "a@x:2"},
    {"\"events\".\"feed.code\" = 'oneshot'", "a@x:2"},
    {"EVENTS .\"feed.code\" = 'oneshot'", "a@x:2"},
    {"template_name <> 'events.' AND \"notification_format\" = 'one'", "a@x:1"},
    {"false", ""},
};

static void test_where(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_add("a@x", "two", NULL);
    fixture_execute("UPDATE events SET \"feed.code\" = 'oneshot' WHERE id = 2");
    for (gsize i = 0; i < G_N_ELEMENTS(where_cases); i++) {
        g_test_message("%s", where_cases[i].where);
        assert_summary(connection, where_cases[i].where, where_cases[i].summary);
    }
}

static const struct {
    const gchar *where;
    const gchar *message;
} bad_where_cases[] = {
    {"no_such_column = 1", "column \"no_such_column\" does not exist"},
    {"(1 = 1", "syntax error"},
    {"1 = 1) OR (1 = ", "syntax error"},
    {"true; DELETE FROM sent", "syntax error"},
    {"notification_format = 1", "operator does not exist"},
    {"notification_format::integer = 1", "invalid input syntax for type integer"},
    {"1/0 = 1", "division by zero"},
    {"/* no end", "unterminated"},
};

static void test_bad_where(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(bad_where_cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *quoted = mg_error_quote(bad_where_cases[i].where);
        g_test_message("%s", bad_where_cases[i].where);
        g_assert_null(mg_pending_list(connection, bad_where_cases[i].where, &error));
        g_assert_nonnull(strstr(error->message, quoted));
        g_assert_nonnull(strstr(error->message, "additional_directive_where"));
        fixture_assert_error(&error, MG_ERROR_SETUP, bad_where_cases[i].message);
        g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    }
}

static void test_python_database(void)
{
    g_autoptr(MgConnection) connection = NULL;
    g_autoptr(GError) error = NULL;

    fixture_reset();
    fixture_add("a@x", "one", NULL);
    fixture_execute("ALTER TABLE delivery_intents RENAME TO not_there");
    connection = fixture_open("test");
    assert_summary(connection, NULL, "a@x:1");
    fixture_execute("ALTER TABLE directives RENAME TO directives_not_there");
    g_assert_null(mg_pending_list(connection, "true", &error));
    fixture_assert_error(&error, MG_ERROR_SETUP, "HINT: run sql/notifications.sql");
    fixture_execute("ALTER TABLE not_there RENAME TO delivery_intents;"
                    "ALTER TABLE directives_not_there RENAME TO directives");
}

static void test_borrowed(void)
{
    PGconn *owner = fixture_connect();
    g_autoptr(MgConnection) connection = NULL;

    fixture_reset();
    fixture_execute_in(
        owner, "BEGIN; SET LOCAL work_mem = '7MB';"
               "WITH event AS (INSERT INTO events (\"time.source\") VALUES (now()) RETURNING id)"
               " INSERT INTO directives (events_id, medium, recipient_address,"
               " template_name, notification_format, event_data_format,"
               " notification_interval, endpoint)"
               " SELECT id, 'email', 'new@x', 't', 'f', 'd', '0', 'source'"
               " FROM event");
    connection = mg_connection_borrow(owner, NULL);
    assert_summary(connection, NULL, "new@x:1");
    fixture_execute_in(owner, "DO $$ BEGIN ASSERT current_setting('work_mem') = '7MB'; END $$");
    PQfinish(owner);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pending/grouping", test_grouping);
    g_test_add_func("/pending/count", test_count);
    g_test_add_func("/pending/null_aggregate_is_empty", test_null_aggregate_is_empty);
    g_test_add_func("/pending/last_sent", test_last_sent);
    g_test_add_func("/pending/values", test_values);
    g_test_add_func("/pending/extreme_times", test_extreme_times);
    g_test_add_func("/pending/where", test_where);
    g_test_add_func("/pending/bad_where", test_bad_where);
    g_test_add_func("/pending/python_database", test_python_database);
    g_test_add_func("/pending/borrowed", test_borrowed);
    g_test_add_func("/pending/aggregate", test_aggregate);
    return g_test_run();
}
