/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/intent.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/connection_private.h"
#include "database/pg_array.h"
#include "database/support.h"

static const gchar write_sql[] =
    "INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,"
    " marks_directives, mail_date, recipients, directive_ids)"
    " VALUES ($1::bigint, $2::text, $3::text, $4::integer, $5::boolean, $6::timestamptz,"
    " $7::text[], $8::bigint[]) RETURNING id";

/* One row is one mail that may be under way: the next takes its place in the same moment. */
static const gchar pass_on_sql[] =
    "UPDATE delivery_intents SET intelmq_ticket = $2::text, message_id = $3::text,"
    " mail_number = $4::integer, marks_directives = $5::boolean, mail_date = $6::timestamptz,"
    " recipients = $7::text[], created_at = pg_catalog.clock_timestamp()"
    " WHERE id = $1::bigint RETURNING id";

static const gchar forget_sql[] = "DELETE FROM delivery_intents WHERE id = ANY ($1::bigint[])";

static const gchar forget_mails_sql[] = "DELETE FROM delivery_intents"
                                        " WHERE run_id = $1::bigint"
                                        " AND message_id = ANY ($2::text[])"
                                        " AND directive_ids = $3::bigint[]";

gboolean mg_intent_is_supported(MgConnection *connection, gboolean *supported, GError **error)
{
    return mg_support_ask(connection, "delivery_intents", &connection->intents, supported, error);
}

static guint add_mail(MgBatch *batch, const gchar *sql, const gchar *first,
                      const MgIntentMail *intended, const gchar *directive_ids)
{
    const MgMail *mail = intended->mail;
    g_autofree gchar *mail_number = g_strdup_printf("%u", intended->mail_number);
    g_autofree gchar *date = mg_clock_format_utc(mail->date);
    g_autofree gchar *recipients =
        mg_pg_array_format_texts((const gchar *const *)mail->envelope_tos);

    return mg_batch_add(batch, sql, directive_ids != NULL ? 8 : 7,
                        (const gchar *const[]){first, mail->ticket, mail->message_id, mail_number,
                                               intended->marks_directives ? "t" : "f", date,
                                               recipients, directive_ids});
}

gboolean mg_intent_write(MgConnection *desk, gint64 run_id, const MgGroup *group,
                         const MgIntentMail *mails, gsize n_mails, gint64 *intent_ids,
                         GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    g_autofree gchar *directive_ids =
        mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autofree guint *indexes = g_new0(guint, n_mails + 1);
    g_autoptr(MgBatch) batch =
        mg_batch_new(desk, "cannot write down which mail is about to be sent");

    g_assert(!desk->is_borrowed && mg_connection_depth(desk) == 0);
    /* Without BEGIN the answers would come before the commit. */
    mg_batch_begin(batch);
    for (gsize i = 0; i < n_mails; i++)
        indexes[i] = add_mail(batch, write_sql, run, &mails[i], directive_ids);
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
    for (gsize i = 0; i < n_mails; i++) {
        const PGresult *written = mg_batch_result(batch, indexes[i]);
        if (PQntuples(written) != 1) {
            g_set_error(
                error, MG_ERROR, MG_ERROR_RUN,
                "cannot write down which mail is about to be sent: table delivery_intents does "
                "not keep it\nHINT: look for a trigger or rule on that table");
            return FALSE;
        }
        intent_ids[i] = g_ascii_strtoll(PQgetvalue(written, 0, 0), NULL, 10);
    }
    return TRUE;
}

gboolean mg_intent_pass_on(MgConnection *connection, gint64 intent_id, const MgIntentMail *next,
                           GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent_id);
    g_autoptr(MgBatch) batch =
        mg_batch_new(connection, "cannot write down which mail is about to be sent");
    guint pass_on = 0;

    mg_batch_begin(batch);
    pass_on = add_mail(batch, pass_on_sql, id, next, NULL);
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
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

gboolean mg_intent_forget_mails(MgConnection *desk, gint64 run_id, const MgGroup *group,
                                const MgIntentMail *mails, gsize n_mails, GError **error)
{
    g_autofree gchar *run = g_strdup_printf("%" G_GINT64_FORMAT, run_id);
    g_autofree const gchar **message_ids = g_new0(const gchar *, n_mails + 1);
    g_autofree gchar *directive_ids =
        mg_pg_array_format_ids(group->directive_ids, group->n_directives);
    g_autofree gchar *array = NULL;

    for (gsize i = 0; i < n_mails; i++)
        message_ids[i] = mails[i].mail->message_id;
    array = mg_pg_array_format_texts(message_ids);
    return forget(desk, forget_mails_sql, MG_PARAMETERS(run, array, directive_ids), error);
}
