/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/sent.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/connection_private.h"
#include "database/pg_array.h"

#define FAILED_CHECK_SQLSTATE "22012" /* division_by_zero: only the checks below provoke it */

/* One statement, so that COMMIT can follow in the same flush: where not all rows were marked, the
 * division fails, and a failure is what makes the server skip the COMMIT. A row marked with NULL, since a
 * trigger on sent has swallowed its row, is not marked. */
static const gchar record_sql[] =
    "WITH recorded AS (INSERT INTO sent (intelmq_ticket, sent_at)"
    "  VALUES ($1::text, $2::timestamptz) RETURNING id),"
    " marked AS (UPDATE directives SET sent_id = (SELECT id FROM recorded)"
    "  WHERE id = ANY ($3::bigint[]) AND sent_id IS NULL RETURNING sent_id)"
    " SELECT 1 / (pg_catalog.count(sent_id) = $4::bigint)::integer FROM marked";

/* The row may be there: written by a commit whose answer was lost, and then the directives are marked too;
 * or, where somebody has set the sequence back, for another mail. What was accepted is marked all the
 * same, since a second mail would be worse than a number that two mails share. */
static const gchar record_again_sql[] =
    "WITH recorded AS (INSERT INTO sent (intelmq_ticket, sent_at)"
    "  VALUES ($1::text, $2::timestamptz) ON CONFLICT (intelmq_ticket) DO NOTHING RETURNING id),"
    " marked AS (UPDATE directives SET sent_id = coalesce((SELECT id FROM recorded),"
    "   (SELECT id FROM sent WHERE intelmq_ticket = $1::text))"
    "  WHERE id = ANY ($3::bigint[]) AND sent_id IS NULL RETURNING 1)"
    " SELECT pg_catalog.count(*) FROM marked";

/* Whoever marked them, none may stay pending: it would be sent again in each run. A statement of its own, for
 * a snapshot that shows what the one above has waited for. */
static const gchar check_sql[] =
    "SELECT 1 / (NOT EXISTS (SELECT FROM directives WHERE id = ANY ($1::bigint[])"
    "  AND sent_id IS NULL))::integer";

static const gchar settle_sql[] = "DELETE FROM delivery_intents WHERE id = $1::bigint";

static void add_settling(MgBatch *batch, gint64 intent_id)
{
    g_autofree gchar *id = NULL;

    if (intent_id == 0)
        return;
    id = g_strdup_printf("%" G_GINT64_FORMAT, intent_id);
    mg_batch_add(batch, settle_sql, MG_PARAMETERS(id));
}

gboolean mg_sent_record(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                        gint64 sent_at, gint64 intent_id, GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *count = g_strdup_printf("%" G_GSIZE_FORMAT, group->n_directives);
    g_autofree gchar *date = mg_clock_format_utc(sent_at);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot record a mail as sent");
    guint record = 0;

    g_assert(mg_connection_depth(connection) > 0);
    record = mg_batch_add(batch, record_sql, MG_PARAMETERS(ticket, date, ids, count));
    add_settling(batch, intent_id);
    mg_batch_commit(batch);
    mg_batch_send(batch);
    if (mg_batch_finish(batch, NULL))
        return TRUE;
    mg_connection_rollback(connection);
    if (mg_batch_failed_at(batch, record) &&
        g_strcmp0(mg_batch_sqlstate(batch), FAILED_CHECK_SQLSTATE) == 0)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "cannot record a mail as sent: its directives are not all pending any more, "
                    "they were marked or removed by somebody else");
    else
        mg_batch_finish(batch, error);
    return FALSE;
}

static void set_failure(MgBatch *batch, guint check, GError **error)
{
    if (mg_batch_failed_at(batch, check) &&
        g_strcmp0(mg_batch_sqlstate(batch), FAILED_CHECK_SQLSTATE) == 0)
        g_set_error(
            error, MG_ERROR, MG_ERROR_RUN,
            "cannot record a mail as sent: its directives stay pending though they were marked\n"
            "HINT: look for a trigger or rule on the tables sent and directives");
    else
        mg_batch_finish(batch, error);
}

gboolean mg_sent_record_again(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                              gint64 sent_at, gint64 intent_id, gsize *n_marked, GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *date = mg_clock_format_utc(sent_at);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot record a mail as sent");
    guint record = 0;
    guint check = 0;

    if (mg_connection_depth(connection) == 0)
        mg_batch_begin(batch);
    record = mg_batch_add(batch, record_again_sql, MG_PARAMETERS(ticket, date, ids));
    check = mg_batch_add(batch, check_sql, MG_PARAMETERS(ids));
    add_settling(batch, intent_id);
    mg_batch_commit(batch);
    mg_batch_send(batch);
    if (!mg_batch_finish(batch, NULL)) {
        mg_connection_rollback(connection);
        set_failure(batch, check, error);
        return FALSE;
    }
    if (n_marked != NULL)
        *n_marked =
            (gsize)g_ascii_strtoull(PQgetvalue(mg_batch_result(batch, record), 0, 0), NULL, 10);
    return TRUE;
}

gboolean mg_sent_was_recorded(MgConnection *connection, const gchar *ticket, gboolean *recorded,
                              GError **error)
{
    g_autoptr(MgPgResult) result =
        mg_batch_query(connection, "cannot look for a ticket among those sent",
                       "SELECT EXISTS (SELECT FROM sent WHERE intelmq_ticket = $1::text)",
                       MG_PARAMETERS(ticket), error);

    if (result == NULL)
        return FALSE;
    *recorded = PQgetvalue(result, 0, 0)[0] == 't';
    return TRUE;
}
