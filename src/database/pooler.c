/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/pooler.h"

#include "database/handle.h"

#include <stdlib.h>

#define N_TRIALS 3 /* others who use the pool meanwhile may hide it once */

/* Settings of ours that nobody else has together. */
static const gchar look_sql[] = "SELECT pg_catalog.pg_backend_pid(),"
                                " pg_catalog.current_setting('lock_timeout') = '1min'::text"
                                " AND pg_catalog.current_setting('row_security') = 'off'::text";

/* In a transaction of its own, which is where a pooler changes over. NULL where all is as it
 * should be. */
static const gchar *look(PGconn *pgconn, gint pid)
{
    g_autoptr(MgPgResult) result = PQexec(pgconn, look_sql);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return "it refuses a query";
    if (atoi(PQgetvalue(result, 0, 0)) != pid)
        return "the server's process changes";
    return PQgetvalue(result, 0, 1)[0] == 't' ? NULL : "settings are lost";
}

static gboolean execute(PGconn *pgconn, const gchar *sql)
{
    g_autoptr(MgPgResult) result = PQexec(pgconn, sql);

    return PQresultStatus(result) == PGRES_COMMAND_OK;
}

/* While the other is inside a transaction it keeps a process; where that is ours, or where we are
 * given another one meanwhile, processes change hands. */
const gchar *mg_pooler_find_sign(PGconn *ours, gint our_pid, PGconn *other, gint other_pid)
{
    const gchar *sign = our_pid == other_pid ? "two sessions have one process of the server" : NULL;

    for (guint i = 0; i < N_TRIALS && sign == NULL; i++) {
        if (!execute(other, "BEGIN"))
            return "it refuses a transaction";
        sign = look(other, other_pid);
        if (sign == NULL)
            sign = look(ours, our_pid);
        if (!execute(other, "ROLLBACK") && sign == NULL)
            sign = "it refuses to end a transaction";
    }
    return sign;
}
