/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/uncertain.h"

#include "base/clock.h"
#include "base/error.h"
#include "database/batch.h"
#include "database/handle.h"
#include "database/intent.h"
#include "database/group_row.h"
#include "database/pg_array.h"
#include "database/pg_time.h"
#include "database/run_lock.h"

enum {
    ID,
    RUN_ID,
    TICKET,
    MESSAGE_ID,
    MAIL_NUMBER,
    MARKS_DIRECTIVES,
    MAIL_DATE,
    RECIPIENTS,
    CREATED_AT,
    HELD_SINCE,
    DECISION,
    N_NAMED,
    GROUP,
    N_PENDING = GROUP + MG_GROUP_ROW_FIELDS,
    N_SENT_UNDER_TICKET,
    N_SENT_OTHERWISE,
};

/* The directives of an intent were one group, so that min() of each of the five columns is that
 * column. */
static const gchar list_sql[] =
    "SELECT i.id::text, i.run_id::text, i.intelmq_ticket, i.message_id, i.mail_number::text,"
    " i.marks_directives::text, i.mail_date, i.recipients, i.created_at, i.held_since, i.decision,"
    " pg_catalog.cardinality(i.directive_ids)::text, of_group.*"
    " FROM delivery_intents AS i CROSS JOIN LATERAL ("
    "  SELECT pg_catalog.min(d.recipient_address), pg_catalog.min(d.template_name),"
    "   pg_catalog.min(d.notification_format), pg_catalog.min(d.event_data_format),"
    "   pg_catalog.min(coalesce(d.aggregate_identifier, '{}'::text[])),"
    "   pg_catalog.array_agg(d.id), pg_catalog.array_agg(d.events_id),"
    "   pg_catalog.max(d.inserted_at), pg_catalog.max(d.notification_interval),"
    "   pg_catalog.count(*) FILTER (WHERE d.sent_id IS NULL)::text,"
    "   pg_catalog.count(*) FILTER (WHERE s.intelmq_ticket = i.intelmq_ticket)::text,"
    "   pg_catalog.count(*) FILTER (WHERE s.intelmq_ticket <> i.intelmq_ticket)::text"
    "  FROM directives AS d LEFT JOIN sent AS s ON s.id = d.sent_id"
    "  WHERE d.id = ANY (i.directive_ids)"
    " ) AS of_group"
    " WHERE " MG_RUN_LOCK_IS_GONE_SQL
    " ORDER BY pg_catalog.min(i.created_at) OVER (PARTITION BY i.directive_ids), i.directive_ids,"
    " i.marks_directives DESC, i.mail_number, i.id";

/* Nearly always there are none, and the question above is long to plan. */
static const gchar any_sql[] = "SELECT EXISTS (SELECT FROM delivery_intents)";

/* Whoever comes later finds another run at the row, and leaves it alone. The mails of a group that
 * have an intent belong together: all of them were not begun, and are free, or none is
 * forgotten. */
static const gchar adopt_sql[] =
    "WITH taken AS MATERIALIZED (SELECT i.id, i.directive_ids,"
    "   i.id = ANY ($3::bigint[]) AND i.decision IS NULL AND i.held_since IS NULL AS is_free"
    "  FROM delivery_intents AS i"
    "  JOIN unnest($1::bigint[], $2::bigint[]) AS listed (id, run_id)"
    "   ON listed.id = i.id AND listed.run_id = i.run_id"
    "  WHERE " MG_RUN_LOCK_IS_GONE_SQL " FOR UPDATE OF i SKIP LOCKED),"
    " not_begun AS MATERIALIZED (SELECT taken.id FROM taken WHERE taken.is_free"
    "  AND NOT EXISTS (SELECT FROM delivery_intents AS other"
    "   WHERE other.directive_ids && taken.directive_ids"
    "   AND other.id NOT IN (SELECT t.id FROM taken AS t WHERE t.is_free))),"
    " adopted AS (UPDATE delivery_intents SET run_id = $4::bigint"
    "  WHERE id IN (SELECT id FROM taken) AND id NOT IN (SELECT id FROM not_begun) RETURNING id),"
    " forgotten AS (DELETE FROM delivery_intents WHERE id IN (SELECT id FROM not_begun)"
    "  RETURNING id)"
    " SELECT forgotten.id::text, 't' FROM forgotten UNION ALL SELECT adopted.id::text, 'f' FROM adopted";

/* The row of the intent decides who has it, as the first directive does in a claim. It must be what
 * was listed: somebody may have made it again meanwhile, for some of its recipients, or decided. */
static const gchar lock_sql[] =
    "WITH taken AS MATERIALIZED (SELECT i.id FROM delivery_intents AS i"
    "  WHERE i.id = $1::bigint AND i.run_id = $4::bigint AND i.message_id = $5::text"
    "  AND i.mail_number = $6::integer AND i.marks_directives = $7::boolean"
    "  AND i.recipients = $8::text[] AND i.decision IS NOT DISTINCT FROM $9::text"
    "  AND " MG_RUN_LOCK_IS_GONE_SQL " FOR UPDATE SKIP LOCKED),"
    " locked AS MATERIALIZED (SELECT d.id FROM directives AS d"
    "  WHERE (SELECT pg_catalog.count(*) FROM taken) = 1 AND d.id = ANY ($2::bigint[])"
    "  AND (d.sent_id IS NULL OR d.sent_id IN"
    "   (SELECT s.id FROM sent AS s WHERE s.intelmq_ticket = $3::text))"
    "  FOR UPDATE OF d SKIP LOCKED)"
    " SELECT (SELECT pg_catalog.count(*) FROM taken), (SELECT pg_catalog.count(*) FROM locked)";

static const gchar counts_sql[] =
    "SELECT EXISTS (SELECT FROM delivery_intents WHERE id = $1::bigint),"
    " pg_catalog.count(*) FILTER (WHERE d.sent_id IS NULL),"
    " pg_catalog.count(*) FILTER (WHERE s.intelmq_ticket = $3::text),"
    " pg_catalog.count(*) FILTER (WHERE s.intelmq_ticket <> $3::text)"
    " FROM directives AS d LEFT JOIN sent AS s ON s.id = d.sent_id WHERE d.id = ANY ($2::bigint[])";

static const gchar spend_sql[] =
    "UPDATE delivery_intents SET decision = NULL WHERE id = (SELECT i.id FROM delivery_intents AS i"
    "  WHERE i.id = $1::bigint AND i.run_id = $2::bigint AND i.decision = 'send_again'"
    "  AND " MG_RUN_LOCK_IS_GONE_SQL " FOR UPDATE SKIP LOCKED) RETURNING id";

static const gchar hold_sql[] =
    "UPDATE delivery_intents SET held_since = coalesce(held_since, pg_catalog.clock_timestamp())"
    " WHERE id = $1::bigint";

static const gchar find_sql[] =
    "SELECT id FROM delivery_intents WHERE intelmq_ticket = $1::text ORDER BY mail_number";

static const gchar decide_sql[] =
    "WITH taken AS (SELECT i.id FROM delivery_intents AS i"
    "  WHERE i.id = $1::bigint AND " MG_RUN_LOCK_IS_GONE_SQL " FOR UPDATE SKIP LOCKED),"
    " changed AS (UPDATE delivery_intents SET decision = $2::text"
    "  WHERE id IN (SELECT id FROM taken) RETURNING 1)"
    " SELECT (SELECT pg_catalog.count(*) FROM changed),"
    "  EXISTS (SELECT FROM delivery_intents WHERE id = $1::bigint)";

const gchar *mg_uncertain_decision_name(MgIntentDecision decision)
{
    static const gchar *const names[] = {
        [MG_DECISION_NONE] = NULL,
        [MG_DECISION_WAS_SENT] = "was_sent",
        [MG_DECISION_SEND_AGAIN] = "send_again",
    };

    return names[decision];
}

void mg_uncertain_free(MgIntent *intent)
{
    if (intent == NULL)
        return;
    g_free(intent->ticket);
    g_free(intent->message_id);
    g_strfreev(intent->recipients);
    g_clear_pointer(&intent->group, mg_group_unref);
    g_free(intent);
}

const gchar *mg_uncertain_state(const MgIntent *intent)
{
    if (intent->decision != MG_DECISION_NONE)
        return "decided";
    return intent->held_since != MG_CLOCK_NONE ? "held" : "uncertain";
}

static gint64 read_number(const PGresult *result, gint row, gint field)
{
    return g_ascii_strtoll(PQgetvalue(result, row, field), NULL, 10);
}

static MgIntentDecision read_decision(const PGresult *result, gint row)
{
    const gchar *text = PQgetvalue(result, row, DECISION);

    if (g_str_equal(text, "was_sent"))
        return MG_DECISION_WAS_SENT;
    return g_str_equal(text, "send_again") ? MG_DECISION_SEND_AGAIN : MG_DECISION_NONE;
}

/* (nullable): where none of the directives is left, every column is NULL. */
static MgGroup *read_group(const PGresult *result, gint row)
{
    return PQgetisnull(result, row, GROUP) ? NULL : mg_group_row_read(result, row, GROUP);
}

static MgIntent *read_intent(const PGresult *result, gint row)
{
    MgIntent *intent = g_new0(MgIntent, 1);
    gsize n_named = (gsize)read_number(result, row, N_NAMED);

    intent->id = read_number(result, row, ID);
    intent->run_id = read_number(result, row, RUN_ID);
    intent->ticket = g_strdup(PQgetvalue(result, row, TICKET));
    intent->message_id = g_strdup(PQgetvalue(result, row, MESSAGE_ID));
    intent->mail_number = (guint)read_number(result, row, MAIL_NUMBER);
    intent->marks_directives = PQgetvalue(result, row, MARKS_DIRECTIVES)[0] == 't';
    mg_pg_time_read_timestamp(result, row, MAIL_DATE, &intent->mail_date);
    intent->recipients = mg_pg_array_read_texts(PQgetvalue(result, row, RECIPIENTS),
                                                (gsize)PQgetlength(result, row, RECIPIENTS));
    mg_pg_time_read_timestamp(result, row, CREATED_AT, &intent->created_at);
    mg_pg_time_read_timestamp(result, row, HELD_SINCE, &intent->held_since);
    intent->decision = read_decision(result, row);
    intent->group = read_group(result, row);
    intent->n_pending = (gsize)read_number(result, row, N_PENDING);
    intent->n_sent_under_ticket = (gsize)read_number(result, row, N_SENT_UNDER_TICKET);
    intent->n_sent_otherwise = (gsize)read_number(result, row, N_SENT_OTHERWISE);
    intent->n_gone = n_named - (intent->group != NULL ? intent->group->n_directives : 0);
    return intent;
}

GPtrArray *mg_uncertain_list(MgConnection *connection, GError **error)
{
    static const gchar listing[] = "cannot list uncertain deliveries";
    g_autoptr(MgPgResult) any = NULL;
    g_autoptr(GPtrArray) intents =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))mg_uncertain_free);
    g_autoptr(MgBatch) batch = NULL;
    gboolean supported = FALSE;
    guint list = 0;

    if (!mg_intent_is_supported(connection, &supported, error))
        return NULL;
    if (!supported)
        return g_steal_pointer(&intents);
    any = mg_batch_query(connection, listing, any_sql, MG_NO_PARAMETERS, error);
    if (any == NULL)
        return NULL;
    if (PQgetvalue(any, 0, 0)[0] != 't')
        return g_steal_pointer(&intents);
    batch = mg_batch_new(connection, listing);
    list = mg_batch_add_binary(batch, list_sql, MG_NO_PARAMETERS);
    if (!mg_batch_run(batch, error))
        return NULL;
    for (gint row = 0; row < PQntuples(mg_batch_result(batch, list)); row++)
        g_ptr_array_add(intents, read_intent(mg_batch_result(batch, list), row));
    return g_steal_pointer(&intents);
}

static GArray *read_ids(const PGresult *result)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (gint row = 0; row < PQntuples(result); row++) {
        gint64 id = read_number(result, row, 0);
        g_array_append_val(ids, id);
    }
    return ids;
}

gboolean mg_uncertain_is_adopted(const MgIntent *intent)
{
    return intent->run_id == MG_RUN_LOCK_NOBODY;
}

static void note_adopted(const GPtrArray *intents, gint64 id)
{
    for (guint i = 0; i < intents->len; i++) {
        MgIntent *intent = g_ptr_array_index(intents, i);
        if (intent->id == id)
            intent->run_id = MG_RUN_LOCK_NOBODY;
    }
}

/* (transfer full): the ids of those that were forgotten */
static GArray *sort(const PGresult *result, const GPtrArray *intents)
{
    GArray *forgotten = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (gint row = 0; row < PQntuples(result); row++) {
        gint64 id = read_number(result, row, 0);
        if (PQgetvalue(result, row, 1)[0] == 't')
            g_array_append_val(forgotten, id);
        else
            note_adopted(intents, id);
    }
    return forgotten;
}

GArray *mg_uncertain_adopt(MgConnection *connection, const GPtrArray *intents,
                           const GArray *not_begun, GError **error)
{
    g_autofree gint64 *ids = g_new(gint64, intents->len);
    g_autofree gint64 *run_ids = g_new(gint64, intents->len);
    g_autofree gchar *listed = NULL;
    g_autofree gchar *runs = NULL;
    g_autofree gchar *free_of = NULL;
    g_autofree gchar *nobody = g_strdup_printf("%" G_GINT64_FORMAT, MG_RUN_LOCK_NOBODY);
    g_autoptr(MgBatch) batch = NULL;
    guint n_new = 0;
    guint adopt;

    for (guint i = 0; i < intents->len; i++) {
        const MgIntent *intent = g_ptr_array_index(intents, i);
        if (mg_uncertain_is_adopted(intent))
            continue;
        ids[n_new] = intent->id;
        run_ids[n_new++] = intent->run_id;
    }
    if (n_new == 0)
        return g_array_new(FALSE, FALSE, sizeof(gint64));
    listed = mg_pg_array_format_ids(ids, n_new);
    runs = mg_pg_array_format_ids(run_ids, n_new);
    free_of = mg_pg_array_format_ids((const gint64 *)not_begun->data, not_begun->len);
    batch = mg_batch_new(connection, "cannot take over what a run has left");
    mg_batch_begin(batch);
    adopt = mg_batch_add(batch, adopt_sql, MG_PARAMETERS(listed, runs, free_of, nobody));
    mg_batch_commit(batch);
    return mg_batch_run(batch, error) ? sort(mg_batch_result(batch, adopt), intents) : NULL;
}

static void update_counts(MgIntent *intent, const PGresult *counts)
{
    gsize n_named = intent->n_gone + (intent->group != NULL ? intent->group->n_directives : 0);

    intent->n_pending = (gsize)read_number(counts, 0, 1);
    intent->n_sent_under_ticket = (gsize)read_number(counts, 0, 2);
    intent->n_sent_otherwise = (gsize)read_number(counts, 0, 3);
    intent->n_gone =
        n_named - intent->n_pending - intent->n_sent_under_ticket - intent->n_sent_otherwise;
}

/* What lock_sql has of an intent, behind the ids of its directives and its ticket. */
static guint add_lock(MgBatch *batch, const MgIntent *intent, const gchar *id, const gchar *ids)
{
    g_autofree gchar *run_id = g_strdup_printf("%" G_GINT64_FORMAT, intent->run_id);
    g_autofree gchar *number = g_strdup_printf("%d", (gint)intent->mail_number);
    g_autofree gchar *recipients =
        mg_pg_array_format_texts((const gchar *const *)intent->recipients);

    return mg_batch_add(batch, lock_sql,
                        MG_PARAMETERS(id, ids, intent->ticket, run_id, intent->message_id, number,
                                      intent->marks_directives ? "t" : "f", recipients,
                                      mg_uncertain_decision_name(
                                          intent->is_spent ? MG_DECISION_NONE : intent->decision)));
}

MgClaim mg_uncertain_take(MgConnection *connection, MgIntent *intent, GError **error)
{
    const MgGroup *group = intent->group;
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent->id);
    g_autofree gchar *ids = mg_pg_array_format_ids(group != NULL ? group->directive_ids : NULL,
                                                   group != NULL ? group->n_directives : 0);
    g_autoptr(MgBatch) batch = NULL;
    const PGresult *locked = NULL;
    const PGresult *counts = NULL;
    guint lock = 0;
    guint count = 0;

    if (!mg_connection_tidy(connection, error))
        return MG_CLAIM_FAILED;
    batch = mg_batch_new(connection, "cannot take up an uncertain delivery");
    mg_batch_begin(batch);
    lock = add_lock(batch, intent, id, ids);
    count = mg_batch_add(batch, counts_sql, MG_PARAMETERS(id, ids, intent->ticket));
    if (!mg_batch_run(batch, error))
        return MG_CLAIM_FAILED;
    locked = mg_batch_result(batch, lock);
    counts = mg_batch_result(batch, count);
    if (read_number(locked, 0, 0) == 0) {
        mg_connection_rollback(connection);
        return PQgetvalue(counts, 0, 0)[0] == 't' ? MG_CLAIM_ELSEWHERE : MG_CLAIM_GONE;
    }
    update_counts(intent, counts);
    if ((gsize)read_number(locked, 0, 1) < intent->n_pending + intent->n_sent_under_ticket) {
        mg_connection_rollback(connection);
        return MG_CLAIM_ELSEWHERE;
    }
    return MG_CLAIM_HELD;
}

gboolean mg_uncertain_spend(MgConnection *connection, MgIntent *intent, gboolean *is_ours,
                            GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent->id);
    g_autofree gchar *run_id = g_strdup_printf("%" G_GINT64_FORMAT, intent->run_id);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot take up an uncertain delivery");
    guint spend;

    mg_batch_begin(batch);
    spend = mg_batch_add(batch, spend_sql, MG_PARAMETERS(id, run_id));
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return FALSE;
    *is_ours = PQntuples(mg_batch_result(batch, spend)) == 1;
    intent->is_spent = *is_ours;
    return TRUE;
}

gboolean mg_uncertain_hold(MgConnection *connection, gint64 intent_id, GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent_id);
    g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot put an uncertain delivery on hold");

    mg_batch_begin(batch);
    mg_batch_add(batch, hold_sql, MG_PARAMETERS(id));
    mg_batch_commit(batch);
    return mg_batch_run(batch, error);
}

MgDecide mg_uncertain_decide(MgConnection *connection, gint64 intent_id, MgIntentDecision decision,
                             GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%" G_GINT64_FORMAT, intent_id);
    g_autoptr(MgBatch) batch =
        mg_batch_new(connection, "cannot note the decision about an uncertain delivery");
    guint decide = 0;

    mg_batch_begin(batch);
    decide =
        mg_batch_add(batch, decide_sql, MG_PARAMETERS(id, mg_uncertain_decision_name(decision)));
    mg_batch_commit(batch);
    if (!mg_batch_run(batch, error))
        return MG_DECIDE_FAILED;
    if (read_number(mg_batch_result(batch, decide), 0, 0) == 1)
        return MG_DECIDE_DONE;
    return PQgetvalue(mg_batch_result(batch, decide), 0, 1)[0] == 't' ? MG_DECIDE_IN_HAND
                                                                      : MG_DECIDE_NONE;
}

GArray *mg_uncertain_find(MgConnection *connection, const gchar *ticket, GError **error)
{
    g_autoptr(MgPgResult) result = NULL;
    gboolean supported = FALSE;

    if (!mg_intent_is_supported(connection, &supported, error))
        return NULL;
    if (!supported)
        return g_array_new(FALSE, FALSE, sizeof(gint64));
    result = mg_batch_query(connection, "cannot look for the deliveries of a ticket", find_sql,
                            MG_PARAMETERS(ticket), error);
    return result != NULL ? read_ids(result) : NULL;
}
