/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/ticket.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"

#include <string.h>

#define FIRST_NUMBER "10000001"
#define DAY_LENGTH 8
#define NUMBER_LENGTH 8

#define PATIENCE_US (60 * G_USEC_PER_SEC) /* as lock_timeout, which nextval() itself waits for */
#define FIRST_PAUSE_US (G_USEC_PER_SEC / 100)
#define LONGEST_PAUSE_US (G_USEC_PER_SEC / 2)

/* nextval() takes a lock on the sequence that is kept until the transaction ends and that ALTER
 * SEQUENCE has to wait for. So it comes first; what the statement after it then sees of ticket_day,
 * in its fresh snapshot, still holds when we commit. */
static const gchar draw_sql[] = "SELECT pg_catalog.nextval('intelmq_ticket_seq')"
                                " FROM pg_catalog.generate_series(1, $1::integer)";
static const gchar day_sql[] =
    "SELECT pg_catalog.to_char(initialized_for_day, 'YYYYMMDD'),"
    " initialized_for_day - (pg_catalog.clock_timestamp() AT TIME ZONE 'UTC')::date"
    " FROM ticket_day";

/* We need not know in which order the Python program takes the two locks of a restart: while we
 * hold the one we wait for the other less long than deadlock_timeout (a second by default), and try
 * again, so that there is no dead-lock in either order. */
static const gchar lock_day_sql[] = "SELECT 1 FROM ticket_day FOR UPDATE SKIP LOCKED";
static const gchar short_wait_sql[] = "SET LOCAL lock_timeout = '200ms'";
static const gchar restart_sql[] = "ALTER SEQUENCE intelmq_ticket_seq RESTART";
static const gchar set_day_sql[] =
    "UPDATE ticket_day SET initialized_for_day ="
    " (pg_catalog.clock_timestamp() AT TIME ZONE 'UTC')::date"
    " WHERE initialized_for_day < (pg_catalog.clock_timestamp() AT TIME ZONE 'UTC')::date"
    " RETURNING pg_catalog.to_char(initialized_for_day, 'YYYYMMDD')";

static const gchar peek_sql[] = "SELECT last_value + is_called::integer FROM intelmq_ticket_seq";
static const gchar today_sql[] =
    "SELECT pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD')";

static const gchar doing[] = "cannot draw a ticket number";

/* The draw that was started, an MgBatch, under which name it is kept with the session. */
static const gchar started[] = "ticket";

static void abandon(gpointer batch)
{
    mg_batch_abandon(batch);
}

typedef enum {
    DAY_UNUSABLE, /* error set */
    DAY_TODAY,
    DAY_OLDER,
} Day;

/* The last eight digits of the number, zero-padded. */
static gchar *format_ticket(const gchar *day, const gchar *number)
{
    gsize length = strlen(number);
    const gchar *digits = length > NUMBER_LENGTH ? number + length - NUMBER_LENGTH : number;

    return g_strdup_printf("%s-%0*" G_GINT64_MODIFIER "d", day, NUMBER_LENGTH,
                           g_ascii_strtoll(digits, NULL, 10));
}

static Day judge_day(const PGresult *result, GError **error)
{
    gint64 days_ahead = 0;

    if (PQntuples(result) != 1 || PQgetisnull(result, 0, 0) ||
        strlen(PQgetvalue(result, 0, 0)) != DAY_LENGTH) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                    "%s: table ticket_day must hold one row with a day, and does not\n"
                    "HINT: run sql/notifications.sql again, or give ticket_day one row with "
                    "yesterday's date",
                    doing);
        return DAY_UNUSABLE;
    }
    days_ahead = g_ascii_strtoll(PQgetvalue(result, 0, 1), NULL, 10);
    if (days_ahead <= 0)
        return days_ahead == 0 ? DAY_TODAY : DAY_OLDER;
    g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                "%s: ticket_day is %s, which lies in the future by the database server's clock: "
                "numbers could be used twice\n"
                "HINT: mend the server's clock; where ticket_day itself is wrong, set it to the "
                "newest day found in sent.intelmq_ticket",
                doing, PQgetvalue(result, 0, 0));
    return DAY_UNUSABLE;
}

static void set_locked_error(GError **error)
{
    g_set_error(
        error, MG_ERROR, MG_ERROR_RUN,
        "%s: another program has kept the ticket sequence locked for a minute\n"
        "HINT: probably a run of intelmqcbmail's Python predecessor, which on the first ticket "
        "of a day does so until it ends; try again afterwards",
        doing);
}

static gchar **format_tickets(const PGresult *numbers, const gchar *day)
{
    gint n = PQntuples(numbers);
    gchar **tickets = g_new0(gchar *, (gsize)n + 1);

    for (gint i = 0; i < n; i++)
        tickets[i] = format_ticket(day, PQgetvalue(numbers, i, 0));
    return tickets;
}

/* FALSE: none of it may stay. */
static gboolean lock_day(MgConnection *connection, gboolean *is_locked, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    guint got = 0;

    mg_batch_begin(batch);
    got = mg_batch_add(batch, lock_day_sql, MG_NO_PARAMETERS);
    if (!connection->is_borrowed) /* there it would outlive our savepoint */
        mg_batch_add(batch, short_wait_sql, MG_NO_PARAMETERS);
    if (!mg_batch_run(batch, error))
        return FALSE;
    *is_locked = PQntuples(mg_batch_result(batch, got)) > 0;
    return TRUE;
}

/* Once: restarts the sequence and draws, all in one transaction. FALSE with error; TRUE without
 * tickets where somebody else has restarted it, or is about to. */
static gboolean try_restart(MgConnection *connection, guint n, gchar ***tickets, GError **error)
{
    g_autofree gchar *how_many = g_strdup_printf("%u", n);
    g_auto(GStrv) drawn = NULL;
    g_autoptr(MgBatch) batch = NULL;
    gboolean is_locked = FALSE;

    if (!lock_day(connection, &is_locked, error))
        return FALSE;
    if (!is_locked) {
        mg_connection_rollback(connection);
        return TRUE;
    }
    batch = mg_batch_new(connection, doing);
    mg_batch_add(batch, restart_sql, MG_NO_PARAMETERS);
    mg_batch_add(batch, set_day_sql, MG_NO_PARAMETERS);
    mg_batch_add(batch, draw_sql, MG_PARAMETERS(how_many));
    if (!mg_batch_run(batch, NULL)) {
        mg_connection_rollback(connection);
        if (mg_batch_failed_at(batch, 0) && g_strcmp0(mg_batch_sqlstate(batch), "55P03") == 0)
            return TRUE;
        return mg_batch_finish(batch, error);
    }
    /* Somebody was faster: the rollback takes our restart back, ALTER SEQUENCE is transactional. */
    if (PQntuples(mg_batch_result(batch, 1)) == 0) {
        mg_connection_rollback(connection);
        return TRUE;
    }
    drawn = format_tickets(mg_batch_result(batch, 2), PQgetvalue(mg_batch_result(batch, 1), 0, 0));
    if (!mg_connection_commit(connection, error))
        return FALSE;
    *tickets = g_steal_pointer(&drawn);
    return TRUE;
}

static Day look_at_day(MgConnection *connection, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, doing, day_sql, MG_NO_PARAMETERS, error);

    return result != NULL ? judge_day(result, error) : DAY_UNUSABLE;
}

/* Once a session: a draw that finds another day than today is a commit for nothing. */
static Day look_first(MgConnection *connection, GError **error)
{
    static const gchar looked[] = "looked at ticket_day";

    if (mg_handle_find(connection, looked) != NULL)
        return DAY_TODAY;
    mg_handle_keep(connection, looked, (gpointer)looked, NULL);
    return look_at_day(connection, error);
}

static MgBatch *send_draw(MgConnection *connection, guint n)
{
    g_autofree gchar *how_many = g_strdup_printf("%u", n);
    MgBatch *batch = mg_batch_new(connection, doing);

    mg_batch_begin(batch);
    mg_batch_add(batch, draw_sql, MG_PARAMETERS(how_many));
    mg_batch_add(batch, day_sql, MG_NO_PARAMETERS);
    mg_batch_commit(batch);
    mg_batch_send(batch);
    return batch;
}

/* Drawing again is always safe, so a lost commit is no unknown outcome here: at worst it left a
 * gap. */
static gchar **fail(GError **error, GError *reason)
{
    if (g_error_matches(reason, MG_ERROR, MG_ERROR_UNKNOWN_OUTCOME))
        reason->code = MG_ERROR_RETRY;
    g_propagate_error(error, reason);
    return NULL;
}

/* Whether the draw succeeded, with numbers that may be of an older day. */
static gboolean finish_draw(MgBatch *batch, GError **error)
{
    if (mg_batch_finish(batch, NULL))
        return TRUE;
    if (g_strcmp0(mg_batch_sqlstate(batch), "55P03") == 0)
        set_locked_error(error);
    else
        mg_batch_set_error(batch, error);
    return FALSE;
}

/* TRUE without tickets where somebody else has restarted the sequence. */
static gboolean restart(MgConnection *connection, guint n, gchar ***tickets, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_US;
    gint64 pause = FIRST_PAUSE_US;

    if (!try_restart(connection, n, tickets, error))
        return FALSE;
    for (; *tickets == NULL; pause = MIN(pause * 2, LONGEST_PAUSE_US)) {
        Day day;

        if (g_get_monotonic_time() > deadline) {
            set_locked_error(error);
            return FALSE;
        }
        g_usleep((gulong)pause);
        day = look_at_day(connection, error);
        if (day != DAY_OLDER)
            return day == DAY_TODAY;
        if (!try_restart(connection, n, tickets, error))
            return FALSE;
    }
    return TRUE;
}

/* NULL without error: to be drawn again. Takes `batch`, a draw under way. */
static gchar **take_drawn(MgBatch *batch, Day *day, GError **error)
{
    g_autoptr(MgBatch) drawn = batch;
    const PGresult *of_day = NULL;

    *day = DAY_UNUSABLE;
    if (!finish_draw(drawn, error))
        return NULL;
    of_day = mg_batch_result(drawn, 2);
    *day = judge_day(of_day, error);
    return *day == DAY_TODAY ? format_tickets(mg_batch_result(drawn, 1), PQgetvalue(of_day, 0, 0))
                             : NULL;
}

/* Takes `batch` (nullable), a draw under way. It ends: each time round the day has been set to
 * today, which only the next midnight undoes. */
static gchar **draw(MgConnection *connection, MgBatch *batch, guint n, GError **error)
{
    g_autoptr(GError) reason = NULL;
    gchar **tickets = NULL;
    Day day = batch != NULL ? DAY_TODAY : look_first(connection, &reason);

    for (;; batch = NULL) {
        if (day == DAY_TODAY)
            tickets = take_drawn(batch != NULL ? batch : send_draw(connection, n), &day, &reason);
        if (tickets != NULL)
            return tickets;
        if (day == DAY_UNUSABLE || !restart(connection, n, &tickets, &reason))
            return fail(error, g_steal_pointer(&reason));
        if (tickets != NULL)
            return tickets;
        day = DAY_TODAY;
    }
}

gchar **mg_ticket_draw_many(MgConnection *connection, guint n, GError **error)
{
    mg_batch_collect(connection); /* a draw that was started is in a transaction of its own */
    g_assert(mg_connection_depth(connection) == 0 || connection->is_borrowed);
    if (n == 0)
        return g_new0(gchar *, 1);
    return draw(connection, NULL, n, error);
}

void mg_ticket_draw_start(MgConnection *connection)
{
    /* A borrowed handle is also the one for all else, so there is nothing to overlap with. */
    if (connection->is_borrowed || mg_handle_find(connection, started) != NULL)
        return;
    g_assert(mg_connection_depth(connection) == 0);
    mg_handle_keep(connection, started, send_draw(connection, 1), abandon);
}

gchar *mg_ticket_draw_finish(MgConnection *connection, GError **error)
{
    MgBatch *batch = mg_handle_take(connection, started);
    g_auto(GStrv) tickets = NULL;

    g_assert(mg_connection_depth(connection) == 0 || connection->is_borrowed || batch != NULL);
    tickets = draw(connection, batch, 1, error);
    return tickets != NULL ? g_steal_pointer(&tickets[0]) : NULL;
}

gchar *mg_ticket_draw(MgConnection *connection, GError **error)
{
    mg_ticket_draw_start(connection);
    return mg_ticket_draw_finish(connection, error);
}

gchar *mg_ticket_peek(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot look at the next ticket number");
    guint number = mg_batch_add(batch, peek_sql, MG_NO_PARAMETERS);
    guint day = mg_batch_add(batch, day_sql, MG_NO_PARAMETERS);
    guint today = mg_batch_add(batch, today_sql, MG_NO_PARAMETERS);

    if (!mg_batch_run(batch, error))
        return NULL;
    switch (judge_day(mg_batch_result(batch, day), error)) {
    case DAY_TODAY:
        return format_ticket(PQgetvalue(mg_batch_result(batch, day), 0, 0),
                             PQgetvalue(mg_batch_result(batch, number), 0, 0));
    case DAY_OLDER:
        return format_ticket(PQgetvalue(mg_batch_result(batch, today), 0, 0), FIRST_NUMBER);
    case DAY_UNUSABLE:
    default:
        return NULL;
    }
}
