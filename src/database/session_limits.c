/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/session_limits.h"

#include "database/batch.h"
#include "database/handle.h"

/* Everybody may see whose a session is, and how many a database has. Each count is without this
 * session. The second setting is new in PostgreSQL 16. */
static const gchar limits_sql[] =
    "SELECT pg_catalog.quote_ident(r.rolname), pg_catalog.quote_ident(d.datname),"
    " CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END::text,"
    " (SELECT pg_catalog.count(*) - 1 FROM pg_catalog.pg_stat_activity AS a"
    "   WHERE a.usesysid = r.oid)::text,"
    " CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END::text,"
    " (SELECT s.numbackends - 1 FROM pg_catalog.pg_stat_database AS s WHERE s.datid = d.oid)::text,"
    " (pg_catalog.current_setting('max_connections')::integer - CASE WHEN r.rolsuper THEN 0 ELSE"
    "   pg_catalog.current_setting('superuser_reserved_connections')::integer"
    "   + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::integer END)"
    "  ::text,"
    " (SELECT pg_catalog.sum(s.numbackends) - 1 FROM pg_catalog.pg_stat_database AS s)::text"
    " FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d"
    " WHERE r.rolname = session_user AND d.datname = pg_catalog.current_database()";

static MgSessionLimitState read_state(const PGresult *row, gint field)
{
    return (MgSessionLimitState){g_ascii_strtoll(PQgetvalue(row, 0, field), NULL, 10),
                                 g_ascii_strtoll(PQgetvalue(row, 0, field + 1), NULL, 10)};
}

MgSessionLimits *mg_session_limits_read(MgConnection *connection, GError **error)
{
    g_autoptr(MgPgResult) row = mg_batch_query(connection, "cannot ask for the limits of sessions",
                                               limits_sql, MG_NO_PARAMETERS, error);
    MgSessionLimits *limits;

    if (row == NULL)
        return NULL;
    limits = g_new0(MgSessionLimits, 1);
    limits->role = g_strdup(PQgetvalue(row, 0, 0));
    limits->database = g_strdup(PQgetvalue(row, 0, 1));
    for (gint i = 0; i < MG_SESSION_LIMITS; i++)
        limits->limits[i] = read_state(row, 2 + 2 * i);
    return limits;
}

void mg_session_limits_free(MgSessionLimits *limits)
{
    if (limits == NULL)
        return;
    g_free(limits->role);
    g_free(limits->database);
    g_free(limits);
}

MgSessionLimit mg_session_limits_tightest(const MgSessionLimits *limits, gboolean is_free,
                                          gint64 *n_sessions)
{
    MgSessionLimit tightest = MG_SESSION_LIMIT_SERVER;

    *n_sessions = -1;
    for (gint i = 0; i < MG_SESSION_LIMITS; i++) {
        const MgSessionLimitState *limit = &limits->limits[i];
        gint64 left = is_free ? MAX(0, limit->most - limit->in_use) : limit->most;

        if (limit->most < 0 || (*n_sessions >= 0 && left >= *n_sessions))
            continue;
        *n_sessions = left;
        tightest = (MgSessionLimit)i;
    }
    return tightest;
}
