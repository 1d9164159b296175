/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/script_query.h"

#include "base/error.h"
#include "database/batch.h"
#include "database/connection_private.h"
#include "database/sqlstate.h"

#include <string.h>

#define DOING "a script's statement failed"

struct MgScriptResult {
    PGresult *result;
};

static const gchar *const forbidden[] = {"begin",    "start",   "commit",  "end",
                                         "rollback", "abort",   "copy",    "savepoint",
                                         "release",  "prepare", "discard", NULL};

static const gchar *skip_comment(const gchar *text)
{
    guint depth = 0;

    if (g_str_has_prefix(text, "--"))
        return text + strcspn(text, "\n");
    do { /* block comments nest in PostgreSQL */
        if (g_str_has_prefix(text, "/*")) {
            depth++;
            text += 2;
        } else if (g_str_has_prefix(text, "*/")) {
            depth--;
            text += 2;
        } else {
            text++;
        }
    } while (depth > 0 && *text != '\0');
    return text;
}

/* (transfer full) The statement's first word in lower case. */
static gchar *first_word(const gchar *sql)
{
    gsize length = 0;

    for (;;) {
        if (g_ascii_isspace(*sql) || *sql == ';')
            sql++;
        else if (g_str_has_prefix(sql, "--") || g_str_has_prefix(sql, "/*"))
            sql = skip_comment(sql);
        else
            break;
    }
    while (g_ascii_isalpha(sql[length]))
        length++;
    return g_ascii_strdown(sql, (gssize)length);
}

static gboolean check_allowed(const gchar *sql, GError **error)
{
    g_autofree gchar *word = first_word(sql);

    if (!g_strv_contains(forbidden, word))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "a script must not use %s: the transaction belongs to the program", word);
    return FALSE;
}

/* A mistake of a script is never more than that, whatever its SQLSTATE would mean elsewhere. */
static void set_error(MgConnection *connection, const PGresult *result, gchar **sqlstate,
                      GError **error)
{
    g_autoptr(GError) failure = NULL;

    mg_sqlstate_set_error(&failure, connection, result, FALSE, DOING);
    if (!mg_connection_is_broken(connection))
        failure->code = MG_ERROR_GROUP;
    if (sqlstate != NULL)
        *sqlstate = g_strdup(mg_sqlstate_of(result));
    g_propagate_error(error, g_steal_pointer(&failure));
}

static gboolean succeeded(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return TRUE;
    default:
        return FALSE;
    }
}

/* Not by way of a batch, which would prepare each statement: a script's texts hold their values, so
 * that no two are alike. With parameters, though none, the server takes one statement only: a
 * COMMIT cannot hide behind a semicolon. */
static PGresult *execute(MgConnection *connection, const gchar *sql, gchar **sqlstate,
                         GError **error)
{
    g_autoptr(MgPgResult) result =
        PQexecParams(connection->pgconn, sql, 0, NULL, NULL, NULL, NULL, 0);

    if (succeeded(result))
        return g_steal_pointer(&result);
    set_error(connection, result, sqlstate, error);
    return NULL;
}

MgScriptResult *mg_script_query_run(MgConnection *connection, const gchar *sql, gchar **sqlstate,
                                    GError **error)
{
    g_autoptr(MgScriptResult) self = g_new0(MgScriptResult, 1);

    if (sqlstate != NULL)
        *sqlstate = NULL;
    if (!check_allowed(sql, error) || !mg_connection_begin(connection, error))
        return NULL;
    self->result = execute(connection, sql, sqlstate, error);
    if (self->result == NULL) {
        mg_connection_rollback(connection);
        return NULL;
    }
    if (!mg_connection_commit(connection, error))
        return NULL;
    return g_steal_pointer(&self);
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

gsize mg_script_query_n_rows(const MgScriptResult *result)
{
    return (gsize)PQntuples(result->result);
}

gsize mg_script_query_n_columns(const MgScriptResult *result)
{
    return (gsize)PQnfields(result->result);
}

const gchar *mg_script_query_column_name(const MgScriptResult *result, gsize column)
{
    return PQfname(result->result, (gint)column);
}

guint mg_script_query_column_type(const MgScriptResult *result, gsize column)
{
    return PQftype(result->result, (gint)column);
}

const gchar *mg_script_query_cell(const MgScriptResult *result, gsize row, gsize column)
{
    if (PQgetisnull(result->result, (gint)row, (gint)column))
        return NULL;
    return PQgetvalue(result->result, (gint)row, (gint)column);
}

gint64 mg_script_query_count(const MgScriptResult *result)
{
    const gchar *count = PQcmdTuples(result->result);

    return *count != '\0' ? g_ascii_strtoll(count, NULL, 10) : -1;
}

const gchar *mg_script_query_tag(const MgScriptResult *result)
{
    return PQcmdStatus(result->result);
}
