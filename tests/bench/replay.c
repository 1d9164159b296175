/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The bare limit: the statements and the SMTP dialogue of a run, and nothing else. What the program needs
 * beyond this time is the program's own. Follows src/database/ (claim, event_query, ticket, intent, sent);
 * it is written with plain libpq and sockets, so that a waste in those files shows as a difference.
 *
 *     replay DSN SMTP-PORT WORKERS EVENTS-A-GROUP
 *
 * Every worker has two sessions like the program's: one for the claim's transaction, one for the desk.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_LINE                                                                                 \
    "\"64496\",\"198.18.0.1\",\"2026-11-20 03:04:05\",\"161\",\"udp\",\"RouterOS 1\"\r\n"

typedef struct {
    const gchar *name;
    const gchar *sql;
} Statement;

static const Statement claim_statements[] = {
    {"lock",
     "WITH first_row AS MATERIALIZED (SELECT id FROM directives WHERE id = $2::bigint AND sent_id "
     "IS NULL FOR UPDATE SKIP LOCKED) SELECT d.id FROM directives AS d WHERE (SELECT count(*) FROM "
     "first_row) = 1 AND d.id = ANY ($1::bigint[]) AND d.sent_id IS NULL FOR UPDATE OF d SKIP "
     "LOCKED"},
    {"covered", "SELECT EXISTS (SELECT FROM delivery_intents WHERE directive_ids && $1::bigint[])"},
    {"load",
     "SELECT e.id, e.\"source.asn\", e.\"source.ip\", e.\"time.source\", e.\"source.port\", "
     "e.\"protocol.transport\", e.extra -> 'system_desc' FROM events AS e WHERE e.id = ANY "
     "($1::bigint[]) ORDER BY e.id"},
    {"sent",
     "WITH recorded AS (INSERT INTO sent (intelmq_ticket, sent_at) VALUES ($2::text, now()) "
     "RETURNING id), marked AS (UPDATE directives SET sent_id = (SELECT id FROM recorded) "
     "WHERE id = ANY ($1::bigint[]) AND sent_id IS NULL RETURNING 1) SELECT count(*) FROM "
     "marked"},
    {"settle", "DELETE FROM delivery_intents WHERE id = $1::bigint"},
    {"begin", "BEGIN"},
    {"commit", "COMMIT"},
};

static const Statement desk_statements[] = {
    {"begin", "BEGIN"},
    {"draw", "SELECT nextval('intelmq_ticket_seq')"},
    {"day", "SELECT to_char(initialized_for_day, 'YYYYMMDD'), initialized_for_day - "
            "(clock_timestamp() AT TIME ZONE 'UTC')::date FROM ticket_day"},
    {"commit", "COMMIT"},
    {"intent",
     "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number, "
     "marks_directives, mail_date, recipients, directive_ids) VALUES (1, $2::text, $3::text, 0, "
     "true, now(), ARRAY['abuse@isp.example'], $1::bigint[]) RETURNING id"},
};

typedef struct {
    gchar *directives;
    gchar *events;
    gchar *first;
} Group;

static struct {
    const gchar *dsn;
    guint16 smtp_port;
    GPtrArray *groups;
    gint next;
    gchar *message;
} replay;

static void fail(const gchar *what, const gchar *text)
{
    fprintf(stderr, "replay: %s: %s\n", what, text);
    exit(1);
}

static PGconn *open_session(const Statement *statements, gsize n_statements)
{
    PGconn *session = PQconnectdb(replay.dsn);

    if (PQstatus(session) != CONNECTION_OK)
        fail("connect", PQerrorMessage(session));
    for (gsize i = 0; i < n_statements; i++) {
        PGresult *result = PQprepare(session, statements[i].name, statements[i].sql, 0, NULL);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            fail(statements[i].name, PQerrorMessage(session));
        PQclear(result);
    }
    PQenterPipelineMode(session);
    return session;
}

static void send_statement(PGconn *session, const gchar *name, gint n_parameters,
                           const gchar *const *parameters)
{
    if (!PQsendQueryPrepared(session, name, n_parameters, parameters, NULL, NULL, 0))
        fail(name, PQerrorMessage(session));
}

/* Reads all results up to the synchronisation; the text of the last single value goes to `value`. */
static void read_results(PGconn *session, gchar *value, gsize size)
{
    for (;;) {
        PGresult *result = PQgetResult(session);
        ExecStatusType status;

        if (result == NULL)
            continue;
        status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && PQntuples(result) > 0 && value != NULL)
            g_strlcpy(value, PQgetvalue(result, 0, 0), size);
        else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK &&
                 status != PGRES_PIPELINE_SYNC)
            fail("statement", PQerrorMessage(session));
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return;
    }
}

static void expect(int connection, gchar code)
{
    gchar reply[512];
    gsize length = 0;

    while (length < 4 || reply[length - 1] != '\n') {
        gssize got = read(connection, reply + length, sizeof reply - length);
        if (got <= 0)
            fail("smtp", "closed");
        length += (gsize)got;
    }
    if (reply[0] != code)
        fail("smtp", reply);
}

static void say(int connection, const gchar *text, gchar code)
{
    gsize length = strlen(text);

    if (write(connection, text, length) != (gssize)length)
        fail("smtp", "short write");
    expect(connection, code);
}

static int connect_smtp(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(replay.smtp_port)};
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
        fail("smtp", "cannot connect");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    expect(connection, '2');
    say(connection, "EHLO replay.example\r\n", '2');
    return connection;
}

static void deliver(int connection)
{
    say(connection, "MAIL FROM:<noreply@cert.example>\r\n", '2');
    say(connection, "RCPT TO:<abuse@isp.example>\r\n", '2');
    say(connection, "DATA\r\n", '3');
    say(connection, replay.message, '2');
}

static void do_group(PGconn *claim, PGconn *desk, int smtp, const Group *group, gint number)
{
    const gchar *lock[] = {group->directives, group->first};
    const gchar *events[] = {group->events};
    gchar ticket[64] = "";
    gchar intent[64] = "";
    g_autofree gchar *message_id = NULL;

    send_statement(claim, "begin", 0, NULL);
    send_statement(claim, "lock", 2, lock);
    send_statement(claim, "covered", 1, lock);
    PQpipelineSync(claim);
    read_results(claim, NULL, 0);

    send_statement(desk, "begin", 0, NULL);
    send_statement(desk, "draw", 0, NULL);
    send_statement(desk, "day", 0, NULL);
    send_statement(desk, "commit", 0, NULL);
    PQpipelineSync(desk);
    send_statement(claim, "load", 1, events);
    PQpipelineSync(claim);
    read_results(claim, NULL, 0);
    read_results(desk, ticket, sizeof ticket);

    g_snprintf(ticket, sizeof ticket, "20000101-%08d", number);
    message_id = g_strdup_printf("<%d.%d@replay.example>", getpid(), number);
    send_statement(desk, "intent", 3, (const gchar *[]){group->directives, ticket, message_id});
    PQpipelineSync(desk);
    read_results(desk, intent, sizeof intent);

    deliver(smtp);

    send_statement(claim, "sent", 2, (const gchar *[]){group->directives, ticket});
    send_statement(claim, "settle", 1, (const gchar *[]){intent});
    send_statement(claim, "commit", 0, NULL);
    PQpipelineSync(claim);
    read_results(claim, NULL, 0);
}

static gpointer work(gpointer data)
{
    PGconn *claim = open_session(claim_statements, G_N_ELEMENTS(claim_statements));
    PGconn *desk = open_session(desk_statements, G_N_ELEMENTS(desk_statements));
    int smtp = connect_smtp();
    gint number;

    while ((number = g_atomic_int_add(&replay.next, 1)) < (gint)replay.groups->len)
        do_group(claim, desk, smtp, g_ptr_array_index(replay.groups, (guint)number), number);
    close(smtp);
    PQfinish(claim);
    PQfinish(desk);
    return NULL;
}

static void list_groups(void)
{
    PGconn *session = PQconnectdb(replay.dsn);
    PGresult *result = PQexec(
        session, "SELECT array_agg(id ORDER BY id), array_agg(events_id ORDER BY events_id), "
                 "min(id) FROM directives WHERE sent_id IS NULL GROUP BY recipient_address");

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail("groups", PQerrorMessage(session));
    replay.groups = g_ptr_array_new();
    for (gint i = 0; i < PQntuples(result); i++) {
        Group *group = g_new(Group, 1);
        *group = (Group){g_strdup(PQgetvalue(result, i, 0)), g_strdup(PQgetvalue(result, i, 1)),
                         g_strdup(PQgetvalue(result, i, 2))};
        g_ptr_array_add(replay.groups, group);
    }
    PQclear(result);
    PQfinish(session);
}

static gchar *make_message(guint n_events)
{
    GString *message = g_string_new(
        "From: noreply@cert.example\r\nTo: abuse@isp.example\r\nSubject: [CERT Example]\r\n"
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");

    for (guint i = 0; i < 500 / 50; i++)
        g_string_append(message, "Dear Sir or Madam, the systems listed below answer\r\n");
    for (guint i = 0; i < n_events; i++)
        g_string_append(message, EVENT_LINE);
    g_string_append(message, ".\r\n");
    return g_string_free(message, FALSE);
}

int main(int argc, char *argv[])
{
    GThread *threads[64];
    guint n_workers;
    gint64 started;

    if (argc != 5)
        fail("usage", "replay DSN SMTP-PORT WORKERS EVENTS-A-GROUP");
    replay.dsn = argv[1];
    replay.smtp_port = (guint16)atoi(argv[2]);
    n_workers = CLAMP((guint)atoi(argv[3]), 1, G_N_ELEMENTS(threads));
    replay.message = make_message((guint)atoi(argv[4]));
    list_groups();

    started = g_get_monotonic_time();
    for (guint i = 0; i < n_workers; i++)
        threads[i] = g_thread_new("replay", work, NULL);
    for (guint i = 0; i < n_workers; i++)
        g_thread_join(threads[i]);
    fprintf(stderr, "seconds %.4f\n", (gdouble)(g_get_monotonic_time() - started) / G_USEC_PER_SEC);
    return 0;
}
