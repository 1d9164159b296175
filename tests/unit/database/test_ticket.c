/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/ticket.h"

#include "base/error.h"
#include "database_fixture.h"

#include <string.h>

#define N_DRAWERS 4
#define N_DRAWS 60

static gchar *ticket_of_today(const gchar *number)
{
    return fixture_value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD') || '-%s'", number);
}

static void assert_drawn(MgConnection *connection, const gchar *number)
{
    g_autofree gchar *expected = ticket_of_today(number);
    g_autoptr(GError) error = NULL;
    g_autofree gchar *ticket = mg_ticket_draw(connection, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(ticket, ==, expected);
    g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
}

static void assert_peeked(MgConnection *connection, const gchar *number)
{
    g_autofree gchar *expected = ticket_of_today(number);
    g_autoptr(GError) error = NULL;
    g_autofree gchar *ticket = mg_ticket_peek(connection, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(ticket, ==, expected);
}

static void test_draw(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    assert_peeked(connection, "10000001");
    assert_peeked(connection, "10000001");
    assert_drawn(connection, "10000001");
    assert_peeked(connection, "10000002");
    assert_drawn(connection, "10000002");
    fixture_execute("SELECT setval('intelmq_ticket_seq', 99999998)");
    assert_drawn(connection, "99999999");
    assert_drawn(connection, "00000000"); /* 100000000 */
    assert_drawn(connection, "00000001");
}

static void test_new_day(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    fixture_execute("SELECT setval('intelmq_ticket_seq', 10005000);"
                    "UPDATE ticket_day SET initialized_for_day = '2020-01-01'");
    assert_peeked(connection, "10000001");
    fixture_assert_value("2020-01-01", "SELECT initialized_for_day FROM ticket_day");
    assert_drawn(connection, "10000001");
    fixture_assert_value("t", "SELECT initialized_for_day = (now() AT TIME ZONE 'UTC')::date"
                              " FROM ticket_day");
    assert_drawn(connection, "10000002");
}

static void assert_many(MgConnection *connection, guint n, guint first)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) tickets = mg_ticket_draw_many(connection, n, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(tickets), ==, n);
    for (guint i = 0; i < n; i++) {
        g_autofree gchar *number = g_strdup_printf("%08u", first + i);
        g_autofree gchar *expected = ticket_of_today(number);
        g_assert_cmpstr(tickets[i], ==, expected);
    }
}

/* Those of a lot are of one day, also where the first of them begins it. */
static void test_draw_many(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    fixture_reset();
    assert_many(connection, 3, 10000001);
    assert_many(connection, 0, 0);
    assert_many(connection, 1, 10000004);
    fixture_execute("UPDATE ticket_day SET initialized_for_day = '2020-01-01'");
    assert_many(connection, 40, 10000001);
    mg_ticket_draw_start(connection); /* keeps its own */
    assert_many(connection, 2, 10000042);
    assert_drawn(connection, "10000041");
    assert_drawn(connection, "10000044");
}

static const struct {
    const gchar *sql;
    const gchar *text;
} bad_days[] = {
    {"UPDATE ticket_day SET initialized_for_day = now() + '2 days'", "lies in the future"},
    {"UPDATE ticket_day SET initialized_for_day = NULL", "must hold one row"},
    {"DELETE FROM ticket_day", "must hold one row"},
    {"INSERT INTO ticket_day SELECT * FROM ticket_day", "must hold one row"},
};

static void test_bad_day(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");

    for (gsize i = 0; i < G_N_ELEMENTS(bad_days); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", bad_days[i].sql);
        fixture_reset();
        fixture_execute("%s", bad_days[i].sql);
        g_assert_null(mg_ticket_draw_many(connection, 16, &error));
        fixture_assert_error(&error, MG_ERROR_RUN, bad_days[i].text);
        g_assert_null(mg_ticket_draw(connection, &error));
        g_assert_nonnull(strstr(error->message, "\nHINT: "));
        fixture_assert_error(&error, MG_ERROR_RUN, bad_days[i].text);
        g_assert_null(mg_ticket_peek(connection, &error));
        fixture_assert_error(&error, MG_ERROR_RUN, bad_days[i].text);
        g_assert_cmpuint(mg_connection_depth(connection), ==, 0);
    }
}

static void test_started(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autofree gchar *expected = NULL;
    g_autofree gchar *ticket = NULL;
    g_autoptr(GError) error = NULL;

    fixture_reset();
    mg_ticket_draw_start(connection);
    mg_ticket_draw_start(connection); /* still the same draw */
    assert_peeked(connection, "10000002");
    ticket = mg_ticket_draw_finish(connection, &error);
    expected = ticket_of_today("10000001");
    g_assert_cmpstr(ticket, ==, expected);
    assert_drawn(connection, "10000002");
    mg_ticket_draw_start(connection); /* never finished: a gap */
}

/* Drawn means gone, even if the next statement kills the session. */
static void test_broken(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;

    fixture_reset();
    assert_drawn(connection, "10000001");
    fixture_terminate("test");
    g_assert_null(mg_ticket_draw(connection, &error));
    fixture_assert_error(&error, MG_ERROR_RETRY, "cannot draw a ticket number");
    g_assert_true(mg_connection_reopen(connection, &error));
    assert_drawn(connection, "10000002");
}

typedef struct {
    GHashTable *tickets;
    GMutex lock;
} Drawn;

/* One by one, and a lot at a time. */
static gpointer draw_all(gpointer data)
{
    Drawn *drawn = data;
    g_autoptr(MgConnection) connection = fixture_open("drawer");

    for (guint i = 0; i < N_DRAWS;) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar **tickets =
            mg_ticket_draw_many(connection, MIN(1 + i % 7, N_DRAWS - i), &error);
        g_autoptr(GMutexLocker) locker = NULL;
        g_assert_no_error(error);
        locker = g_mutex_locker_new(&drawn->lock);
        for (gsize k = 0; tickets[k] != NULL; k++, i++)
            g_assert_true(g_hash_table_add(drawn->tickets, tickets[k])); /* nobody had it */
    }
    return NULL;
}

/* The day is set back again and again while others draw. What is drawn after a restart is told
 * apart by a marker: the day that the test gives it is today in every case, so numbers start at a
 * new thousand each time, as the sequence's own start value is moved on. */
static void test_contest(void)
{
    GThread *threads[N_DRAWERS];
    Drawn drawn = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};

    fixture_reset();
    for (guint i = 0; i < N_DRAWERS; i++)
        threads[i] = g_thread_new("drawer", draw_all, &drawn);
    for (guint i = 1; i <= 20; i++) {
        fixture_execute("BEGIN;"
                        "ALTER SEQUENCE intelmq_ticket_seq START %u;"
                        "UPDATE ticket_day SET initialized_for_day = '2020-01-01';"
                        "COMMIT",
                        10000001 + i * 100000);
        g_usleep(10000);
    }
    for (guint i = 0; i < N_DRAWERS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(g_hash_table_size(drawn.tickets), ==, N_DRAWERS * N_DRAWS);
    g_hash_table_unref(drawn.tickets);
    fixture_execute("ALTER SEQUENCE intelmq_ticket_seq START 10000001");
}

/* As the Python program: first of the day, in a long transaction, in either order of its locks;
 * then committed or rolled back while we wait. */
static const struct {
    const gchar *name;
    const gchar *statements[3];
    gboolean commit;
    const gchar *number;
} python_cases[] = {
    {"sequence first, committed",
     {"ALTER SEQUENCE intelmq_ticket_seq RESTART",
      "UPDATE ticket_day SET initialized_for_day = (now() AT TIME ZONE 'UTC')::date",
      "SELECT nextval('intelmq_ticket_seq')"},
     TRUE,
     "10000002"},
    {"day first, committed",
     {"UPDATE ticket_day SET initialized_for_day = (now() AT TIME ZONE 'UTC')::date",
      "ALTER SEQUENCE intelmq_ticket_seq RESTART", "SELECT nextval('intelmq_ticket_seq')"},
     TRUE,
     "10000002"},
    {"rolled back",
     {"ALTER SEQUENCE intelmq_ticket_seq RESTART",
      "UPDATE ticket_day SET initialized_for_day = (now() AT TIME ZONE 'UTC')::date",
      "SELECT nextval('intelmq_ticket_seq')"},
     FALSE,
     "10000001"},
};

static gpointer draw_one(gpointer data)
{
    const gchar *number = data;
    g_autoptr(MgConnection) connection = fixture_open("one");
    g_autoptr(GError) error = NULL;
    g_autofree gchar *ticket = mg_ticket_draw(connection, &error);

    g_assert_no_error(error);
    g_assert_true(g_str_has_suffix(ticket, number));
    return NULL;
}

/* Until our drawer waits, or `step` of the program goes on beside it. */
static void wait_until_drawer_is_busy(void)
{
    for (guint i = 0; i < 500; i++) {
        g_autofree gchar *count =
            fixture_value("SELECT count(*) FROM pg_stat_activity"
                          " WHERE application_name = 'intelmqcbmail one' AND query <> ''"
                          " AND state IN ('active', 'idle in transaction')");
        if (!g_str_equal(count, "0"))
            return;
        g_usleep(2000);
    }
}

static void test_python_program(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(python_cases); i++)
        for (gsize started_after = 0; started_after <= 3; started_after++) {
            PGconn *python = fixture_connect();
            GThread *thread = NULL;
            g_test_message("%s, we come after %u steps", python_cases[i].name,
                           (guint)started_after);
            fixture_reset();
            fixture_execute("UPDATE ticket_day SET initialized_for_day = '2020-01-01'");
            fixture_execute_in(python, "BEGIN");
            for (gsize k = 0; k < 3; k++) {
                if (k == started_after && k > 0) {
                    thread = g_thread_new("one", draw_one, (gpointer)python_cases[i].number);
                    wait_until_drawer_is_busy();
                }
                fixture_execute_in(python, python_cases[i].statements[k]);
            }
            if (thread == NULL) {
                thread = g_thread_new("one", draw_one, (gpointer)python_cases[i].number);
                wait_until_drawer_is_busy();
            }
            fixture_execute_in(python, python_cases[i].commit ? "COMMIT" : "ROLLBACK");
            g_thread_join(thread);
            PQfinish(python);
        }
}

static void test_locked_for_long(void)
{
    g_autoptr(MgConnection) connection = fixture_open("test");
    g_autoptr(GError) error = NULL;
    PGconn *python = fixture_connect();

    fixture_reset();
    fixture_execute("ALTER ROLE intelmq_mailgen SET lock_timeout = 1"); /* ours is set by us */
    fixture_execute_in(python, "BEGIN; ALTER SEQUENCE intelmq_ticket_seq RESTART");
    mg_ticket_draw_start(connection);
    /* Not a minute: as if it were over. */
    fixture_assert_value("t", "SELECT pg_sleep(0.2) IS NOT NULL");
    fixture_execute_in(python, "ROLLBACK");
    g_free(mg_ticket_draw_finish(connection, &error));
    g_assert_no_error(error);
    fixture_execute("ALTER ROLE intelmq_mailgen RESET ALL");
    PQfinish(python);
}

/* Closing does not wait for a draw that waits for somebody else. */
static void test_closed_while_waiting(void)
{
    MgConnection *connection = fixture_open("test");
    PGconn *python = fixture_connect();
    gint64 start = g_get_monotonic_time();

    fixture_reset();
    fixture_execute_in(python, "BEGIN; ALTER SEQUENCE intelmq_ticket_seq RESTART");
    mg_ticket_draw_start(connection);
    mg_connection_free(connection);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 30 * G_USEC_PER_SEC);
    PQfinish(python);
}

static void test_borrowed(void)
{
    PGconn *owner = fixture_connect();
    g_autoptr(MgConnection) connection = NULL;
    g_autofree gchar *expected = NULL;

    fixture_reset();
    expected = ticket_of_today("10000001");
    fixture_execute("UPDATE ticket_day SET initialized_for_day = '2020-01-01'");
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *ticket = NULL;
        fixture_execute_in(owner, "BEGIN");
        if (connection == NULL)
            connection = mg_connection_borrow(owner, &error);
        mg_ticket_draw_start(connection);
        ticket = mg_ticket_draw_finish(connection, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(ticket, ==, expected);
        fixture_execute_in(owner, i == 0 ? "ROLLBACK" : "COMMIT"); /* the restart is undone once */
    }
    fixture_assert_value("t", "SELECT initialized_for_day = (now() AT TIME ZONE 'UTC')::date"
                              " FROM ticket_day");
    g_clear_pointer(&connection, mg_connection_free);
    PQfinish(owner);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ticket/draw", test_draw);
    g_test_add_func("/ticket/draw_many", test_draw_many);
    g_test_add_func("/ticket/new_day", test_new_day);
    g_test_add_func("/ticket/bad_day", test_bad_day);
    g_test_add_func("/ticket/started", test_started);
    g_test_add_func("/ticket/broken", test_broken);
    g_test_add_func("/ticket/contest", test_contest);
    g_test_add_func("/ticket/python_program", test_python_program);
    g_test_add_func("/ticket/locked_for_long", test_locked_for_long);
    g_test_add_func("/ticket/closed_while_waiting", test_closed_while_waiting);
    g_test_add_func("/ticket/borrowed", test_borrowed);
    return g_test_run();
}
