/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What tests against a real PostgreSQL share: the superuser's own session, which looks at the
 * database independently of the code under test, and connections as the role that sends.
 *
 * Run by tests/support/with_postgres.py.
 */
#pragma once

#include "database/claim.h"
#include "database/connection.h"
#include "database/sent.h"
#include "model/group.h"

#include <libpq-fe.h>

/* As the superuser; a failure ends the test. From the main thread only, here and below. */
void fixture_execute(const gchar *format, ...) G_GNUC_PRINTF(1, 2);
/* The first field of the first row as text, "" for NULL. (transfer full) */
gchar *fixture_value(const gchar *format, ...) G_GNUC_PRINTF(1, 2);
#define fixture_assert_value(expected, ...)                                                        \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree gchar *found_value = fixture_value(__VA_ARGS__);                                \
        g_assert_cmpstr(found_value, ==, expected);                                                \
    }                                                                                              \
    G_STMT_END

/* A further session of the superuser's, for locks and for library mode; PQfinish() it. */
PGconn *fixture_connect(void);
void fixture_execute_in(PGconn *pgconn, const gchar *sql);

/* A new session for the superuser: after the type of a column has changed, triggers need that. */
void fixture_reconnect(void);

/* No events, directives, sent rows, intents; ticket_day today, the sequence at its start. */
void fixture_reset(void);

/* An event with one directive as the rules expert writes it, JSON texts; NULL aggregate: {}. Gives
 * the id of the directive. */
gint64 fixture_add(const gchar *recipient, const gchar *format, const gchar *aggregate);

/* As the sender, with the documented grants only, through TCP with its password. */
MgConnection *fixture_open(const gchar *purpose);
MgDatabaseSettings fixture_settings(void);

/* The only group with this recipient; fails the test where there is none. */
MgGroup *fixture_group(MgConnection *connection, const gchar *recipient);

/* Reset, then groups of two directives each, of a@x, b@x, …: the directives are 1 and 2, 3 and 4, …
 * Those of `groups` are freed with fixture_free_lot(). */
void fixture_make_lot(MgConnection *connection, MgGroup **groups, gsize n_groups);
void fixture_free_lot(MgGroup **groups, gsize n_groups);

/* A lot of this group alone. No transaction is open but for HELD. */
MgClaim fixture_claim(MgConnection *connection, const MgGroup *group, GError **error);

/* A lot of this group's mail alone, which marks all of it. */
gboolean fixture_record(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                        gint64 sent_at, gint64 intent_id, GError **error);

/* Ends the server process of a connection. */
void fixture_terminate(const gchar *purpose);

/* Takes the error: asserts its code and that the message has `text` in it. */
void fixture_assert_error(GError **error, gint code, const gchar *text);
