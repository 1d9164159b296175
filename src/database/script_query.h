/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Statements that a format script asks for, in the transaction that holds its group's claim: a
 * statement that fails is undone by itself and leaves the transaction as it was (contract 9.4).
 */
#pragma once

#include "database/connection.h"

typedef struct MgScriptResult MgScriptResult;

/* Runs one statement. MG_ERROR_GROUP where it fails, or is one that a script must not use: those
 * that begin or end transactions, and COPY; `*sqlstate` (nullable) then says which error.
 * MG_ERROR_RETRY where the connection broke. (transfer full) */
MgScriptResult *mg_script_query_run(MgConnection *connection, const gchar *sql, gchar **sqlstate,
                                    GError **error);
void mg_script_query_free(MgScriptResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgScriptResult, mg_script_query_free)

/* FALSE where the statement is of a kind that returns no rows, such as an UPDATE. */
gboolean mg_script_query_has_rows(const MgScriptResult *result);
gsize mg_script_query_n_rows(const MgScriptResult *result);
gsize mg_script_query_n_columns(const MgScriptResult *result);
const gchar *mg_script_query_column_name(const MgScriptResult *result, gsize column);
guint mg_script_query_column_type(const MgScriptResult *result, gsize column); /* its OID */
/* PostgreSQL's text, valid as long as the result; NULL is SQL's NULL. */
const gchar *mg_script_query_cell(const MgScriptResult *result, gsize row, gsize column);

/* Rows returned or changed, -1 where the statement has no such number; "UPDATE 3". */
gint64 mg_script_query_count(const MgScriptResult *result);
const gchar *mg_script_query_tag(const MgScriptResult *result);
