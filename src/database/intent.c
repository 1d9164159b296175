/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/intent.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/pg_array.h"
#include "database/run_lock.h"
#include "database/support.h"

/* Rows are made, given numbers and returned in the order of the lists. */
static const gchar write_sql[] =
    "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
    " marks_directives, mail_date, recipients, directive_ids)"
    " SELECT $1::bigint, mail.ticket, mail.message_id, mail.mail_number, mail.marks, mail.date,"
    " mail.recipients::text[], mail.directive_ids::bigint[]"
    " FROM unnest($2::text[], $3::text[], $4::integer[], $5::boolean[],"
    " $6::timestamptz[], $7::text[], $8::text[])"
    " AS mail (ticket, message_id, mail_number, marks, date, recipients, directive_ids)"
    " RETURNING id";

/* What is wanting is as good as decided: there is nothing to ask the operator. */
#define WANTING_SQL(parameter) "CASE WHEN " parameter "::boolean THEN 'send_again' END"

/* One row is one mail that may be under way: the next takes its place in the same moment. */
static const gchar pass_on_sql[] =
    "UPDATE delivery_intents SET intelmq_ticket = $2::text, message_id = $3::text,"
    " mail_number = $4::integer, marks_directives = $5::boolean, mail_date = $6::timestamptz,"
    " recipients = $7::text[], directive_ids = $8::bigint[],"
    " decision = " WANTING_SQL("$9") ","
                                     " created_at = pg_catalog.clock_timestamp()"
                                     " WHERE id = $1::bigint RETURNING id";

/* Not again where it was passed on already, which its number tells. */
static const gchar leave_debt_sql[] =
    "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
    " marks_directives, mail_date, recipients, directive_ids, decision)"
    " SELECT run_id, intelmq_ticket, message_id, $3::integer, false, mail_date, $4::text[],"
    " directive_ids, " WANTING_SQL(
        "$5") " FROM delivery_intents WHERE id = $1::bigint AND mail_number = $2::integer"
              " RETURNING id";

static const gchar forget_sql[] = "DELETE FROM delivery_intents WHERE id = ANY ($1::bigint[])";

/* Another run may have adopted them, as no session of this one was left. */
static const gchar forget_mails_sql[] =
    "DELETE FROM delivery_intents AS i"
    " USING unnest($2::text[], $3::text[]) AS mail (message_id, directive_ids)"
    " WHERE i.run_id IN ($1::bigint, $4::bigint) AND i.message_id = mail.message_id"
    " AND i.directive_ids = mail.directive_ids::bigint[]";

static const gchar writing[] = "cannot write down which mail is about to be sent";

gboolean mg_intent_is_supported(MgConnection *connection, gboolean *supported, GError **error)
{
    return mg_support_ask(connection, "delivery_intents", supported, error);
}

/* What the statements need of a lot's mails: a list a column. */
typedef enum {
    TICKETS,
    MESSAGE_IDS,
    MAIL_NUMBERS,
    MARKS,
    DATES,
    RECIPIENTS,
    DIRECTIVE_IDS,
    N_COLUMNS,
} Column;

/* A column of signed integers. (transfer full) */
static gchar *format_number(guint mail_number)
{
    return g_strdup_printf("%d", (gint)mail_number);
}

/* (transfer full) */
static gchar *format_cell(const MgIntentMail *intended, Column column)
{
    const MgMail *mail = intended->mail;

    switch (column) {
    case TICKETS:
        return g_strdup(mail->ticket);
    case MESSAGE_IDS:
        return g_strdup(mail->message_id);
    case MAIL_NUMBERS:
        return format_number(intended->mail_number);
    case MARKS:
        return g_strdup(intended->marks_directives ? "t" : "f");
    case DATES:
        return mg_clock_format_utc(mail->date);
    case RECIPIENTS:
        return mg_pg_array_format_texts((const gchar *const *)mail->envelope_tos);
    case DIRECTIVE_IDS:
    default:
        return mg_pg_array_format_ids(intended->directive_ids, intended->n_directives);
    }
}

static gchar *format_column(const MgIntentMail *mails, gsize n_mails, Column column)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);

    for (gsize i = 0; i < n_mails; i++)
        g_ptr_array_add(cells, format_cell(&mails[i], column));
    return mg_pg_array_take_texts(cells);
}

static gboolean take_ids(const PGresult *written, gsize n_mails, gint64 *intent_ids, GError **error)
{
    if ((gsize)PQntuples(written) != n_mails) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                    "%s: table delivery_intents does not keep it\n"
                    "HINT: look for a trigger or rule on that table",
                    writing);
        return FALSE;
    }
    for (gsize i = 0; i < n_mails; i++)
        intent_ids[i] = g_ascii_strtoll(PQgetvalue(written, (gint)i, 0), NULL, 10);
    return TRUE;
}

gboolean mg_intent_write(MgConnection *desk, gint64 run_id, const MgIntentMail *mails,
                         gsize n_mails, gint64 *intent_ids, GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    const gchar *parameters[1 + N_COLUMNS] = {run};
    g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(MgBatch) batch = NULL;
    guint write = 0;

    g_assert(!desk->is_borrowed && mg_connection_depth(desk) == 0);
    for (guint i = 0; i < N_COLUMNS; i++) {
        g_ptr_array_add(columns, format_column(mails, n_mails, i));
        parameters[1 + i] = columns->pdata[i];
    }
    batch = mg_batch_new(desk, writing);
    /* Without BEGIN the answers would come before the commit. */
    mg_batch_begin(batch);
    write = mg_batch_add(batch, write_sql, G_N_ELEMENTS(parameters), parameters);
    mg_batch_commit(batch);
    return mg_batch_run(batch, error) &&
           take_ids(mg_batch_result(batch, write), n_mails, intent_ids, error);
}

static guint add_debt(MgBatch *batch, const gchar *id, const MgIntentDebt *debt)
{
    g_autofree gchar *before = format_number(debt->mail_number);
    g_autofree gchar *number = format_number(debt->debt_number);
    g_autofree gchar *recipients = mg_pg_array_format_texts(debt->recipients);

    return mg_batch_add(
        batch, leave_debt_sql,
        MG_PARAMETERS(id, before, number, recipients, debt->is_wanting ? "t" : "f"));
}

static void take_debt_id(const PGresult *left, MgIntentDebt *debt)
{
    if (PQntuples(left) == 1)
        debt->intent_id = g_ascii_strtoll(PQgetvalue(left, 0, 0), NULL, 10);
}

gboolean mg_intent_pass_on(MgConnection *connection, gint64 intent_id, const MgIntentMail *next,
                           MgIntentDebt *debt, GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent_id);
    const gchar *parameters[1 + N_COLUMNS + 1] = {id};
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, writing);
    guint leave = 0;
    guint pass_on = 0;

    for (guint i = 0; i < N_COLUMNS; i++) {
        g_ptr_array_add(cells, format_cell(next, i));
        parameters[1 + i] = cells->pdata[i];
    }
    parameters[1 + N_COLUMNS] = next->is_wanting ? "t" : "f";
    mg_batch_begin(batch);
    if (debt != NULL)
        leave = add_debt(batch, id, debt);
    pass_on = mg_batch_add(batch, pass_on_sql, G_N_ELEMENTS(parameters), parameters);
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
    if (debt != NULL)
        take_debt_id(mg_batch_result(batch, leave), debt);
    if (PQntuples(mg_batch_result(batch, pass_on)) == 1)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "somebody has removed the delivery intent %s", id);
    return FALSE;
}

static gboolean forget(MgConnection *connection, const gchar *sql, gsize n_parameters,
                       const gchar *const *parameters, GError **error)
{
    g_autoptr(MgBatch) batch =
        mg_batch_new(connection, "cannot remove the note of a mail that is settled");

    mg_batch_begin(batch);
    mg_batch_add(batch, sql, n_parameters, parameters);
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}

gboolean mg_intent_forget(MgConnection *connection, const gint64 *intent_ids, gsize n_intents,
                          GError **error)
{
    g_autofree gchar *ids = mg_pg_array_format_ids(intent_ids, n_intents);

    for (gsize i = 0; i < n_intents; i++)
        if (intent_ids[i] != 0)
            return forget(connection, forget_sql, MG_PARAMETERS(ids), error);
    return TRUE;
}

gboolean mg_intent_forget_mails(MgConnection *desk, gint64 run_id, const MgIntentMail *mails,
                                gsize n_mails, GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    g_autofree gchar *message_ids = format_column(mails, n_mails, MESSAGE_IDS);
    g_autofree gchar *directive_ids = format_column(mails, n_mails, DIRECTIVE_IDS);
    g_autofree gchar *nobody = g_strdup_printf("%" G_GINT64_FORMAT, MG_RUN_LOCK_NOBODY);

    return forget(desk, forget_mails_sql, MG_PARAMETERS(run, message_ids, directive_ids, nobody),
                  error);
}
