/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A query of a format script: any SQL, its result as texts with PostgreSQL's types, for a cursor
 * like psycopg2's to be built upon.
 *
 * It runs inside the transaction of the group's claim, or in one of its own where none is open, and
 * in a savepoint, so that an SQL error harms nothing else. What it changes is committed or rolled
 * back with the group.
 */
#pragma once

#include "database/connection.h"

typedef struct MgScriptResult MgScriptResult;

/* `sql` may hold several statements; the result is that of the last. Where one fails,
 * MG_ERROR_GROUP, and `sqlstate` (nullable) receives the five characters, or NULL (transfer full);
 * only a broken connection is something else. A script that ends the transaction itself (COMMIT,
 * ROLLBACK) has broken the claim: MG_ERROR_RETRY, and the connection counts as broken. COPY is not
 * possible. */
MgScriptResult *mg_script_query_run(MgConnection *connection, const gchar *sql, gchar **sqlstate,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_script_query_free(MgScriptResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgScriptResult, mg_script_query_free)

/* FALSE for a statement that gives no rows at all, such as INSERT without RETURNING. */
gboolean mg_script_query_has_rows(const MgScriptResult *result);
/* Rows given or affected; -1 where the statement has no such number. */
gint64 mg_script_query_row_count(const MgScriptResult *result);
const gchar *mg_script_query_status(const MgScriptResult *result); /* "INSERT 0 1" */

/* Of the rows that were given, 0 where there are none; names as the statement has them. */
guint mg_script_query_n_rows(const MgScriptResult *result);
guint mg_script_query_n_columns(const MgScriptResult *result);
const gchar *mg_script_query_column_name(const MgScriptResult *result, guint column);
/* The Oid of the type, as in pg_type: 16 boolean, 25 text, 1184 timestamptz … */
guint32 mg_script_query_column_type(const MgScriptResult *result, guint column);
/* The value as PostgreSQL prints it; NULL is SQL's NULL. Valid as long as the result. */
const gchar *mg_script_query_cell(const MgScriptResult *result, guint row, guint column);
