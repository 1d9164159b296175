/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/claim.h"

#include "database/batch.h"
#include "database/connection_private.h"
#include "database/intent.h"
#include "database/pg_array.h"

/* The first row decides: two sessions that lock the rows of one group in different order would each
 * get some, and both give up. The CTE is evaluated before any other row is looked at. FOR UPDATE
 * locks the directives only, and looks again at sent_id in the newest version of each row. */
static const gchar lock_sql[] =
    "WITH first_row AS MATERIALIZED (SELECT id FROM directives"
    "  WHERE id = $2::bigint AND sent_id IS NULL FOR UPDATE SKIP LOCKED)"
    " SELECT d.id FROM directives AS d"
    " WHERE (SELECT pg_catalog.count(*) FROM first_row) = 1"
    " AND d.id = ANY ($1::bigint[]) AND d.sent_id IS NULL"
    " FOR UPDATE OF d SKIP LOCKED";

/* A statement of its own, since it needs a snapshot taken after the locks: who had the rows before
 * us may have left an intent in between. */
static const gchar covered_sql[] = "SELECT EXISTS (SELECT FROM delivery_intents"
                                   " WHERE directive_ids && $1::bigint[])";

static const gchar still_pending_sql[] =
    "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE id = $2::bigint)"
    " FROM directives WHERE id = ANY ($1::bigint[]) AND sent_id IS NULL";

static MgClaim give_up(MgConnection *connection, MgClaim claim)
{
    mg_connection_rollback(connection);
    return claim;
}

/* Some rows were not to be had: because they are locked, or because they are no longer pending.
 * Without the first, the rest was not even tried. */
static MgClaim find_reason(MgConnection *connection, const gchar *ids, const gchar *first,
                           gint n_locked, GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot look at directives that are locked", still_pending_sql,
                       MG_PARAMETERS(ids, first), error);
    gint64 n_pending = 0;

    if (result == NULL)
        return MG_CLAIM_FAILED;
    if (PQgetvalue(result, 0, 1)[0] == '0')
        return MG_CLAIM_GONE;
    n_pending = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    return n_pending > n_locked ? MG_CLAIM_ELSEWHERE : MG_CLAIM_GONE;
}

MgClaim mg_claim_take(MgConnection *connection, const MgGroup *group, GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *first = NULL;
    g_autoptr(MgBatch) batch = NULL;
    gboolean with_intents = FALSE;
    guint lock = 0;
    guint covered = 0;
    gint n_locked = 0;

    g_assert(group->n_directives > 0);
    /* In an open transaction the commit of what is recorded would only end a savepoint. */
    g_assert(connection->is_borrowed || mg_connection_depth(connection) == 0);
    if (!mg_connection_tidy(connection, error) ||
        !mg_intent_is_supported(connection, &with_intents, error))
        return MG_CLAIM_FAILED;
    first = g_strdup_printf("%" G_GINT64_FORMAT, group->directive_ids[0]);
    batch = mg_batch_new(connection, "cannot lock the directives");
    mg_batch_begin(batch);
    lock = mg_batch_add(batch, lock_sql, MG_PARAMETERS(ids, first));
    if (with_intents)
        covered = mg_batch_add(batch, covered_sql, MG_PARAMETERS(ids));
    if (!mg_batch_run(batch, error))
        return MG_CLAIM_FAILED;

    n_locked = PQntuples(mg_batch_result(batch, lock));
    if ((gsize)n_locked < group->n_directives)
        return give_up(connection, find_reason(connection, ids, first, n_locked, error));
    if (with_intents && PQgetvalue(mg_batch_result(batch, covered), 0, 0)[0] == 't')
        return give_up(connection, MG_CLAIM_ELSEWHERE);
    return MG_CLAIM_HELD;
}

MgClaim mg_claim_look(MgConnection *connection, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot begin to look at directives");

    mg_batch_begin(batch);
    mg_batch_add(batch, "SET TRANSACTION READ ONLY", MG_NO_PARAMETERS);
    return mg_batch_run(batch, error) ? MG_CLAIM_HELD : MG_CLAIM_FAILED;
}
