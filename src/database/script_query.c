/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/script_query.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/sqlstate.h"

#include <string.h>

static const gchar doing[] = "the database refuses a query of the format script";

static const gchar ended[] =
    "a query of the format script has ended the transaction that holds the locks on its directives";

struct MgScriptResult {
    PGresult *result;
};

static gboolean is_success(ExecStatusType status)
{
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

/* A script's mistake is no reason to end the run, nor to mend the set-up, as the hint would have
 * it. */
static void set_mistake(const gchar *message, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(message, "\nHINT: ", 2);

    g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, parts[0]);
}

static void set_error(MgConnection *connection, const PGresult *result, gchar **sqlstate,
                      GError **error)
{
    ExecStatusType status = PQresultStatus(result);
    g_autoptr(GError) reason = NULL;

    if (sqlstate != NULL)
        *sqlstate = g_strdup(mg_sqlstate_of(result));
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: COPY is not possible here", doing);
        return;
    }
    mg_sqlstate_set_error(&reason, connection, result, FALSE, doing);
    if (connection->is_broken)
        g_propagate_error(error, g_steal_pointer(&reason));
    else
        set_mistake(reason->message, error);
}

/* The savepoint is what tells whether the script has ended the transaction: then there is none. */
static gboolean end_savepoint(MgConnection *connection, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (mg_connection_commit(connection, &reason))
        return TRUE;
    if (PQstatus(connection->pgconn) == CONNECTION_BAD) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    connection->is_broken = TRUE;
    connection->why_broken = ended; /* the script may go on all the same */
    g_set_error_literal(error, MG_ERROR, MG_ERROR_RETRY, ended);
    return FALSE;
}

MgScriptResult *mg_script_query_run(MgConnection *connection, const gchar *sql, gchar **sqlstate,
                                    GError **error)
{
    g_autoptr(MgPgResult) pg_result = NULL;
    MgScriptResult *result = NULL;

    if (sqlstate != NULL)
        *sqlstate = NULL;
    if (!mg_connection_begin(connection, error))
        return NULL;
    connection->is_touched = TRUE;
    /* Each time another text, and not worth preparing. */
    pg_result = PQexec(connection->pgconn, sql);
    if (!is_success(PQresultStatus(pg_result))) {
        set_error(connection, pg_result, sqlstate, error);
        mg_connection_rollback(connection);
        return NULL;
    }
    if (!end_savepoint(connection, error))
        return NULL;
    result = g_new(MgScriptResult, 1);
    result->result = g_steal_pointer(&pg_result);
    return result;
}

void mg_script_query_free(MgScriptResult *result)
{
    if (result == NULL)
        return;
    PQclear(result->result);
    g_free(result);
}

gboolean mg_script_query_has_rows(const MgScriptResult *result)
{
    return PQresultStatus(result->result) == PGRES_TUPLES_OK;
}

gint64 mg_script_query_row_count(const MgScriptResult *result)
{
    const gchar *count = PQcmdTuples(result->result);

    return *count != '\0' ? g_ascii_strtoll(count, NULL, 10) : -1;
}

const gchar *mg_script_query_status(const MgScriptResult *result)
{
    return PQcmdStatus(result->result);
}

guint mg_script_query_n_rows(const MgScriptResult *result)
{
    return (guint)PQntuples(result->result);
}

guint mg_script_query_n_columns(const MgScriptResult *result)
{
    return (guint)PQnfields(result->result);
}

const gchar *mg_script_query_column_name(const MgScriptResult *result, guint column)
{
    g_assert(column < mg_script_query_n_columns(result));
    return PQfname(result->result, (gint)column);
}

guint32 mg_script_query_column_type(const MgScriptResult *result, guint column)
{
    g_assert(column < mg_script_query_n_columns(result));
    return PQftype(result->result, (gint)column);
}

const gchar *mg_script_query_cell(const MgScriptResult *result, guint row, guint column)
{
    g_assert(row < mg_script_query_n_rows(result) && column < mg_script_query_n_columns(result));
    if (PQgetisnull(result->result, (gint)row, (gint)column))
        return NULL;
    return PQgetvalue(result->result, (gint)row, (gint)column);
}
