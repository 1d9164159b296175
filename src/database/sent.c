/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/sent.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"

#define FAILED_CHECK_SQLSTATE "22012" /* division_by_zero: only the checks below provoke it */

/* One statement, so that COMMIT can follow in the same flush: where not all rows were marked, the
 * division fails, and a failure is what makes the server skip the COMMIT. A row marked with NULL,
 * since a trigger on sent has changed its row, is not marked. $5 are all ids once more: without
 * them the planner, who does not know how many a list has, reads the whole of a table of some ten
 * thousand rows for each lot. In the order of ids, in which the rows and most of their entries in
 * indexes stand beside each other, pages are split less often. */
#define INSERT_SQL                                                                                 \
    "INSERT INTO sent (intelmq_ticket, sent_at)"                                                   \
    "  SELECT mail.ticket, mail.sent_at"                                                           \
    "  FROM unnest($1::text[], $2::timestamptz[]) AS mail (ticket, sent_at)"

#define MARK_SQL                                                                                   \
    " listed AS (SELECT recorded.id AS sent_id, pg_catalog.unnest(mail.ids::bigint[]) AS id"       \
    "  FROM unnest($1::text[], $3::text[]) AS mail (ticket, ids)"                                  \
    "  JOIN recorded ON recorded.intelmq_ticket::text = mail.ticket ORDER BY 2),"                  \
    " marked AS (UPDATE directives AS d SET sent_id = listed.sent_id FROM listed"                  \
    "  WHERE d.id = ANY ($5::bigint[]) AND d.id = listed.id AND d.sent_id IS NULL"                 \
    "  RETURNING d.sent_id)"                                                                       \
    " SELECT 1 / (pg_catalog.count(sent_id) = $4::bigint)::integer FROM marked"

static const gchar record_sql[] =
    "WITH recorded AS (" INSERT_SQL "  RETURNING id, intelmq_ticket)," MARK_SQL;

/* Where a mail shares its ticket with one that was recorded before. What is inserted is not seen in
 * the same statement, so that no row comes twice. */
static const gchar record_joining_sql[] =
    "WITH inserted AS (" INSERT_SQL "  ON CONFLICT (intelmq_ticket) DO NOTHING"
    "  RETURNING id, intelmq_ticket),"
    " recorded AS (SELECT id, intelmq_ticket FROM inserted UNION ALL SELECT id, intelmq_ticket"
    "  FROM sent WHERE intelmq_ticket = ANY ($6::text[]))," MARK_SQL;

/* The row may be there: written by a commit whose answer was lost, and then the directives are
 * marked too; or, where somebody has set the sequence back, for another mail. What was accepted is
 * marked all the same, since a second mail would be worse than a number that two mails share. */
static const gchar record_again_sql[] =
    "WITH recorded AS (INSERT INTO sent (intelmq_ticket, sent_at)"
    "  VALUES ($1::text, $2::timestamptz) ON CONFLICT (intelmq_ticket) DO NOTHING RETURNING id),"
    " marked AS (UPDATE directives SET sent_id = coalesce((SELECT id FROM recorded),"
    "   (SELECT id FROM sent WHERE intelmq_ticket = $1::text))"
    "  WHERE id = ANY ($3::bigint[]) AND sent_id IS NULL RETURNING 1)"
    " SELECT pg_catalog.count(*) FROM marked";

/* Whoever marked them, none may stay pending: it would be sent again in each run. A statement of
 * its own, for a snapshot that shows what the one above has waited for. */
static const gchar check_sql[] =
    "SELECT 1 / (NOT EXISTS (SELECT FROM directives WHERE id = ANY ($1::bigint[])"
    "  AND sent_id IS NULL))::integer";

static const gchar settle_sql[] = "DELETE FROM delivery_intents WHERE id = ANY ($1::bigint[])";

static const gchar doing[] = "cannot record a mail as sent";

static void add_settling(MgBatch *batch, const MgSentMail *mails, gsize n_mails,
                         const gint64 *settled_intents, gsize n_settled)
{
    g_autofree gint64 *ids = g_new(gint64, n_mails + n_settled);
    g_autofree gchar *array = NULL;
    gsize n_ids = 0;

    for (gsize i = 0; i < n_mails; i++)
        if (mails[i].intent_id != 0)
            ids[n_ids++] = mails[i].intent_id;
    for (gsize i = 0; i < n_settled; i++)
        if (settled_intents[i] != 0)
            ids[n_ids++] = settled_intents[i];
    if (n_ids == 0)
        return;
    array = mg_pg_array_format_ids(ids, n_ids);
    mg_batch_add(batch, settle_sql, MG_PARAMETERS(array));
}

typedef enum {
    TICKETS,
    DATES,
    DIRECTIVES,
    SHARED_TICKETS, /* only of mails that have one */
} Column;

/* (transfer full) */
static gchar *format_cell(const MgSentMail *mail, Column column)
{
    switch (column) {
    case DATES:
        return mg_clock_format_utc(mail->sent_at);
    case DIRECTIVES:
        return mg_pg_array_format_ids(mail->directive_ids, mail->n_directives);
    case TICKETS:
    case SHARED_TICKETS:
    default:
        return g_strdup(mail->ticket);
    }
}

/* (transfer full) */
static gchar *format_column(const MgSentMail *mails, gsize n_mails, Column column)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < n_mails; i++)
        if (column != SHARED_TICKETS || mails[i].shares_ticket)
            g_ptr_array_add(cells, format_cell(&mails[i], column));
    return mg_pg_array_take_texts(cells);
}

static gboolean is_shared(const MgSentMail *mails, gsize n_mails)
{
    for (gsize i = 0; i < n_mails; i++)
        if (mails[i].shares_ticket)
            return TRUE;
    return FALSE;
}

/* The index of the statement. */
static guint add_record(MgBatch *batch, const MgSentMail *mails, gsize n_mails)
{
    g_autofree gchar *tickets = format_column(mails, n_mails, TICKETS);
    g_autofree gchar *dates = format_column(mails, n_mails, DATES);
    g_autofree gchar *directives = format_column(mails, n_mails, DIRECTIVES);
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autofree gchar *ids = NULL;
    g_autofree gchar *count = NULL;

    for (gsize i = 0; i < n_mails; i++)
        g_array_append_vals(all, mails[i].directive_ids, (guint)mails[i].n_directives);
    ids = mg_pg_array_format_ids((const gint64 *)all->data, all->len);
    count = g_strdup_printf("%u", all->len);
    if (is_shared(mails, n_mails)) {
        g_autofree gchar *shared = format_column(mails, n_mails, SHARED_TICKETS);
        return mg_batch_add(batch, record_joining_sql,
                            MG_PARAMETERS(tickets, dates, directives, count, ids, shared));
    }
    return mg_batch_add(batch, record_sql, MG_PARAMETERS(tickets, dates, directives, count, ids));
}

gboolean mg_sent_record_lot(MgConnection *connection, const MgSentMail *mails, gsize n_mails,
                            const gint64 *settled_intents, gsize n_settled, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    guint record = 0;

    g_assert(mg_connection_depth(connection) > 0);
    if (n_mails > 0)
        record = add_record(batch, mails, n_mails);
    add_settling(batch, mails, n_mails, settled_intents, n_settled);
    mg_batch_commit(batch);
    mg_batch_send(batch);
    if (mg_batch_finish(batch, NULL))
        return TRUE;
    mg_connection_rollback(connection);
    if (n_mails > 0 && mg_batch_failed_at(batch, record) &&
        g_strcmp0(mg_batch_sqlstate(batch), FAILED_CHECK_SQLSTATE) == 0)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "%s: its directives are not all pending any more, they were marked or removed "
                    "by somebody else",
                    doing);
    else
        mg_batch_set_error(batch, error);
    return FALSE;
}

static void set_failure(MgBatch *batch, guint check, GError **error)
{
    if (mg_batch_failed_at(batch, check) &&
        g_strcmp0(mg_batch_sqlstate(batch), FAILED_CHECK_SQLSTATE) == 0)
        g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                    "%s: its directives stay pending though they were marked\n"
                    "HINT: look for a trigger or rule on the tables sent and directives",
                    doing);
    else
        mg_batch_set_error(batch, error);
}

gboolean mg_sent_record_mail_again(MgConnection *connection, const MgSentMail *mail, GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(mail->directive_ids, mail->n_directives);
    g_autofree gchar *date = mg_clock_format_utc(mail->sent_at);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    guint check = 0;

    if (mg_connection_depth(connection) == 0)
        mg_batch_begin(batch);
    mg_batch_add(batch, record_again_sql, MG_PARAMETERS(mail->ticket, date, ids));
    check = mg_batch_add(batch, check_sql, MG_PARAMETERS(ids));
    add_settling(batch, mail, 1, NULL, 0);
    mg_batch_commit(batch);
    mg_batch_send(batch);
    if (!mg_batch_finish(batch, NULL)) {
        mg_connection_rollback(connection);
        set_failure(batch, check, error);
        return FALSE;
    }
    return TRUE;
}

static MgSentMail mail_of_group(const MgGroup *group, const gchar *ticket, gint64 sent_at,
                                gint64 intent_id)
{
    return (MgSentMail){ticket,    sent_at, group->directive_ids, group->n_directives,
                        intent_id, FALSE};
}

gboolean mg_sent_record_again(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                              gint64 sent_at, gint64 intent_id, GError **error)
{
    const MgSentMail mail = mail_of_group(group, ticket, sent_at, intent_id);

    return mg_sent_record_mail_again(connection, &mail, error);
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
