/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/sqlstate.h"

#include "base/error.h"

#include <string.h>

/* The first entry whose text begins the SQLSTATE decides; what is not listed is MG_ERROR_GROUP. */
static const struct {
    const gchar *prefix;
    MgErrorCode code;
    gboolean broken;
} codes[] = {
    {"08", MG_ERROR_RETRY, TRUE},     /* connection exception */
    {"57P", MG_ERROR_RETRY, TRUE},    /* shutdown, crash, terminated by the administrator, idle */
    {"25P03", MG_ERROR_RETRY, TRUE},  /* idle in transaction for too long */
    {"25P04", MG_ERROR_RETRY, TRUE},  /* transaction too long */
    {"40", MG_ERROR_RETRY, FALSE},    /* deadlock, serialization failure */
    {"55P03", MG_ERROR_RETRY, FALSE}, /* lock_timeout */
    {"25006", MG_ERROR_SETUP, FALSE}, /* read-only: a standby */
    {"26000", MG_ERROR_RETRY, FALSE}, /* our prepared statement is gone: DISCARD ALL by somebody */
    {"28", MG_ERROR_SETUP, FALSE},    /* authorization */
    {"3D", MG_ERROR_SETUP, FALSE},    /* no such database */
    {"3F", MG_ERROR_SETUP, FALSE},    /* no such schema */
    {"42501", MG_ERROR_SETUP, FALSE}, /* privilege; also: a policy hides rows */
    {"42P05", MG_ERROR_SETUP, FALSE}, /* a plan of that name is there: not our session alone */
    {"42P01", MG_ERROR_SETUP, FALSE}, /* no such table */
    {"42703", MG_ERROR_SETUP, FALSE}, /* no such column */
    {"42704", MG_ERROR_SETUP, FALSE}, /* no such type */
    {"42883", MG_ERROR_SETUP, FALSE}, /* no such function */
    {"53", MG_ERROR_RUN, FALSE},      /* disk or memory full, too many connections */
    {"58", MG_ERROR_RUN, FALSE},      /* I/O */
    {"XX", MG_ERROR_RUN, FALSE},      /* damaged */
};

gboolean mg_sqlstate_is_broken(const gchar *sqlstate)
{
    for (gsize i = 0; sqlstate != NULL && i < G_N_ELEMENTS(codes); i++)
        if (g_str_has_prefix(sqlstate, codes[i].prefix))
            return codes[i].broken;
    return FALSE;
}

static MgErrorCode code_of(const gchar *sqlstate)
{
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (g_str_has_prefix(sqlstate, codes[i].prefix))
            return codes[i].code;
    return MG_ERROR_GROUP;
}

const gchar *mg_sqlstate_of(const PGresult *result)
{
    return PQresultErrorField(result, PG_DIAG_SQLSTATE); /* which takes NULL */
}

gchar *mg_sqlstate_clean_text(const gchar *text)
{
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    GString *clean = g_string_new(NULL);

    for (gsize i = 0; lines[i] != NULL; i++) {
        g_autofree gchar *quoted = NULL;
        if (*g_strstrip(lines[i]) == '\0')
            continue;
        quoted = mg_error_quote(lines[i]);
        g_string_append_printf(clean, "%s%s", clean->len > 0 ? "; " : "", quoted);
    }
    if (clean->len == 0)
        g_string_append(clean, "no reason given");
    return g_string_free(clean, FALSE);
}

/* DETAIL can show whole rows ("Failing row contains …"): foreign text, and much of it. Only that of
 * a broken key is short and says what one needs. */
static gchar *format_detail(const PGresult *result, const gchar *sqlstate)
{
    const gchar *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    g_autofree gchar *clean = NULL;

    if (detail == NULL || (!g_str_equal(sqlstate, "23505") && !g_str_equal(sqlstate, "23503")))
        return g_strdup("");
    clean = mg_sqlstate_clean_text(detail);
    return g_strconcat(", ", clean, NULL);
}

/* Said by the function of the server that looks at policies, in whatever language. */
static gboolean is_hidden_by_policy(const PGresult *result)
{
    const gchar *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);

    return g_strcmp0(function, "check_enable_rls") == 0;
}

static gchar *format_hint(const MgConnection *connection, const PGresult *result,
                          const gchar *sqlstate)
{
    g_autofree gchar *database = NULL;
    g_autofree gchar *user = NULL;

    if (g_str_equal(sqlstate, "42501")) {
        user = mg_sqlstate_clean_text(PQuser(connection->pgconn));
        if (is_hidden_by_policy(result))
            return g_strdup_printf(
                "\nHINT: a policy hides rows from the role %s, which would look as "
                "if they were removed: ALTER ROLE … BYPASSRLS",
                user);
        return g_strdup_printf("\nHINT: run sql/notifications.sql once more as the database's "
                               "superuser, then GRANT eventdb_send_notifications TO the role %s",
                               user);
    }
    if (g_str_equal(sqlstate, "42P05"))
        return g_strdup(
            "\nHINT: the session is shared with others: connect to PostgreSQL itself, or "
            "through a pool with pool_mode = session");
    if (g_str_equal(sqlstate, "25006"))
        return g_strdup("\nHINT: the server is a standby or read-only; name the primary server");
    if (code_of(sqlstate) == MG_ERROR_SETUP && g_str_has_prefix(sqlstate, "42")) {
        database = mg_sqlstate_clean_text(PQdb(connection->pgconn));
        return g_strdup_printf("\nHINT: run sql/notifications.sql as the database's superuser in "
                               "database %s",
                               database);
    }
    return g_strdup("");
}

static void set_broken(GError **error, const PGresult *result, const MgConnection *connection,
                       gboolean commit_under_way, const gchar *doing)
{
    const gchar *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    g_autofree gchar *text = NULL;

    if (connection->why_broken != NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_RETRY, "%s: %s", doing, connection->why_broken);
        return;
    }
    if (message == NULL)
        message =
            result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(connection->pgconn);
    text = mg_sqlstate_clean_text(message);

    g_set_error(error, MG_ERROR, commit_under_way ? MG_ERROR_UNKNOWN_OUTCOME : MG_ERROR_RETRY,
                "%s: the connection to the database broke: %s", doing, text);
}

void mg_sqlstate_set_error(GError **error, MgConnection *connection, const PGresult *result,
                           gboolean commit_under_way, const gchar *doing)
{
    const gchar *sqlstate = mg_sqlstate_of(result);
    g_autofree gchar *text = NULL;
    g_autofree gchar *detail = NULL;
    g_autofree gchar *hint = NULL;

    if (PQstatus(connection->pgconn) == CONNECTION_BAD || mg_sqlstate_is_broken(sqlstate))
        connection->is_broken = TRUE;
    if (connection->is_broken) {
        set_broken(error, result, connection, commit_under_way, doing);
        return;
    }
    if (sqlstate == NULL) { /* libpq itself refused: out of memory, a wrong state */
        text = mg_sqlstate_clean_text(result != NULL ? PQresultErrorMessage(result)
                                                     : PQerrorMessage(connection->pgconn));
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s: %s", doing, text);
        return;
    }
    text = mg_sqlstate_clean_text(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    detail = format_detail(result, sqlstate);
    hint = format_hint(connection, result, sqlstate);
    g_set_error(error, MG_ERROR, (gint)code_of(sqlstate), "%s: %s%s (SQLSTATE %s)%s", doing, text,
                detail, sqlstate, hint);
}
