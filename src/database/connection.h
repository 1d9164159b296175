/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A connection to PostgreSQL: the one place that knows libpq's handles.
 *
 * A worker owns two: the claim connection, whose transaction holds a group's row locks from claim
 * to record, and the desk connection, which is outside a transaction between calls and does what
 * must be committed by itself: tickets and delivery intents. A borrowed connection (see below) is
 * both at once. A connection belongs to one thread at a time.
 *
 * Each session of our own runs with TIME ZONE UTC, DateStyle ISO, client encoding UTF8, isolation
 * READ COMMITTED, commits that wait for the disk, a lock_timeout of a minute, pg_temp last in the
 * search path (which is otherwise the site's), and an application_name.
 *
 * Errors everywhere in this folder, unless a function says otherwise:
 *   MG_ERROR_GROUP            the statement failed
 *   MG_ERROR_RETRY            the connection broke, and no commit was under way; or a deadlock or a
 *                             lock that did not come free: nothing has happened
 *   MG_ERROR_UNKNOWN_OUTCOME  the connection broke while a COMMIT was under way
 *   MG_ERROR_RUN              the server is full, damaged, or cannot be reached
 *   MG_ERROR_SETUP            login, database, a missing object or privilege; with a HINT that mends it
 * The message holds the server's primary message and SQLSTATE. A function that began a transaction
 * has rolled it back when it fails; one that was handed an open transaction says what became of
 * it.
 */
#pragma once

#include "model/settings.h"

#include <glib.h>

typedef struct MgConnection MgConnection;

/* Opens a session. `purpose` ends up in application_name ("intelmqcbmail PURPOSE"). What `settings`
 * leave out comes from libpq's own environment and password file. `settings` are copied.
 * MG_ERROR_RUN where the server cannot be reached, or a pooler between has no session to give
 * within 30 seconds (after 5 a warning is logged), MG_ERROR_SETUP where it refuses, or where a
 * pooler in transaction mode is between, so that the session is not ours alone; all name database,
 * host, port and user. */
MgConnection *mg_connection_open(const MgDatabaseSettings *settings, const gchar *purpose,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A further session of the same database, not yet open: what was learnt of it through `first`
 * (columns, tables that are there) is not asked again. The two then belong to any two threads.
 * (transfer full) */
MgConnection *mg_connection_new_beside(const MgConnection *first, const gchar *purpose);
/* Before it is opened: many rows will be changed in it (database/session_settings.h). */
void mg_connection_expect_writing(MgConnection *connection);
/* Opens it; errors as above. `is_optional`: it is given up where a pooler between has none to give
 * within 5 seconds. */
gboolean mg_connection_open_new(MgConnection *connection, gboolean is_optional,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Borrows a libpq handle (PGconn *) that somebody else owns, psycopg2 for instance: everything
 * happens inside the transaction which the owner has open, with a savepoint where an own connection
 * has a transaction; nothing is committed, nothing of the session is changed but for TIME ZONE UTC
 * and DateStyle ISO until that transaction ends, and the handle is
 * never closed. The owner must not use the handle during a call of this folder, and must keep it
 * until the MgConnection is freed. MG_ERROR_SETUP where the handle is broken, busy, not UTF-8, or
 * not inside a transaction. */
MgConnection *mg_connection_borrow(gpointer pgconn, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mg_connection_is_borrowed(const MgConnection *connection);

/* Closes the session, which rolls back what is open; a borrowed handle is given back as it is. */
void mg_connection_free(MgConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgConnection, mg_connection_free)

/* Opens the session again after it broke; what was prepared or locked in it is gone, but for what
 * was asked to be kept (mg_run_register_join()). One attempt. MG_ERROR_RUN where it fails, or the
 * connection is borrowed; the connection is then still broken, and reopening may be tried again. */
gboolean mg_connection_reopen(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, tried again with growing pauses for `patience_us` microseconds: a server that restarts
 * needs some seconds. */
gboolean mg_connection_reopen_within(MgConnection *connection, gint64 patience_us,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE after an error that ended the session: mg_connection_reopen() is what helps. */
gboolean mg_connection_is_broken(const MgConnection *connection);

/* For messages: `database 'intelmq-events' on host 'localhost' port 5432 as user 'x'`.
 * (transfer full) */
gchar *mg_connection_describe(const MgConnection *connection);

/* A transaction, or a savepoint inside one that is open already; they nest. */
gboolean mg_connection_begin(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ends the innermost one. Where it fails, the transaction is rolled back; only
 * MG_ERROR_UNKNOWN_OUTCOME leaves it open whether the commit has happened. */
gboolean mg_connection_commit(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Undoes the innermost one; without one, does nothing. Never fails: a connection that cannot roll
 * back is broken, which rolls back too. */
void mg_connection_rollback(MgConnection *connection);

/* Undoes what scripts have SET, since a commit keeps it. Outside of a transaction; nothing is done
 * where no script had a statement done, nor on a borrowed connection, whose settings are its
 * owner's. */
gboolean mg_connection_tidy(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Does `sql` now, and again in each session that replaces this one. For session locks. */
gboolean mg_connection_keep(MgConnection *connection, const gchar *sql,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How many are open: 0 outside a transaction of ours. */
guint mg_connection_depth(const MgConnection *connection);
