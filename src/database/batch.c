/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/batch.h"

#include "base/error.h"
#include "database/sqlstate.h"

#define MOST_PREPARED 200 /* per session; what comes later is parsed each time */

typedef enum {
    PREPARE, /* goes before the statement that needs it */
    STATEMENT,
    BEGIN,
    COMMIT,
} Kind;

typedef struct {
    Kind kind;
    guint index;         /* among the statements that the caller has added */
    gchar *prepare_sql;  /* PREPARE: to be remembered once it succeeded */
    gchar *prepare_name; /* PREPARE */
} Step;

struct MgBatch {
    MgConnection *connection;
    const gchar *doing;
    GArray *steps;      /* of Step: what goes over the wire */
    GPtrArray *results; /* of PGresult, by index */
    guint n_statements;
    gboolean send_failed; /* libpq did not take a step: broken before, or out of memory */
    gboolean was_usable;  /* steps may have gone out at all */
    guint depth_before;   /* of transactions */
    gboolean is_sent;
    gboolean is_read;
    gboolean commit_is_open; /* a COMMIT may have been done, but its answer is lost */
    PGresult *failure;       /* (nullable): of the first step that failed */
    gboolean has_failed;
    guint failed_index;
};

static void step_clear(gpointer data)
{
    Step *step = data;

    g_free(step->prepare_sql);
    g_free(step->prepare_name);
}

static void result_free(gpointer result)
{
    PQclear(result); /* NULL is fine */
}

MgBatch *mg_batch_new(MgConnection *connection, const gchar *doing)
{
    MgBatch *batch = g_new0(MgBatch, 1);

    mg_batch_collect(connection);
    batch->connection = connection;
    batch->doing = doing;
    batch->depth_before = connection->depth;
    batch->steps = g_array_new(FALSE, TRUE, sizeof(Step));
    g_array_set_clear_func(batch->steps, step_clear);
    batch->results = g_ptr_array_new_with_free_func(result_free);
    batch->was_usable = !connection->is_broken && PQenterPipelineMode(connection->pgconn) == 1;
    batch->send_failed = !batch->was_usable;
    return batch;
}

static void add_step(MgBatch *batch, Step step, gboolean taken)
{
    g_assert(!batch->is_sent);
    if (!taken)
        batch->send_failed = TRUE;
    g_array_append_val(batch->steps, step);
}

/* The name under which `sql` is prepared; prepares it in this very batch where it is new. NULL
 * where it is not worth preparing: on a borrowed handle names could clash with those of the
 * owner's. */
static const gchar *prepare(MgBatch *batch, const gchar *sql)
{
    MgConnection *connection = batch->connection;
    const gchar *known = g_hash_table_lookup(connection->prepared, sql);
    Step step = {PREPARE, batch->n_statements, NULL, NULL};

    if (known != NULL)
        return known;
    if (connection->is_borrowed || g_hash_table_size(connection->prepared) >= MOST_PREPARED)
        return NULL;
    for (guint i = 0; i < batch->steps->len; i++) {
        const Step *earlier = &g_array_index(batch->steps, Step, i);
        if (earlier->kind == PREPARE && g_str_equal(earlier->prepare_sql, sql))
            return earlier->prepare_name;
    }
    step.prepare_sql = g_strdup(sql);
    step.prepare_name = g_strdup_printf("mg_%u", connection->n_prepared++);
    add_step(batch, step, PQsendPrepare(connection->pgconn, step.prepare_name, sql, 0, NULL) == 1);
    return step.prepare_name;
}

static guint add(MgBatch *batch, Kind kind, const gchar *sql, gsize n_parameters,
                 const gchar *const *parameters, gboolean binary)
{
    PGconn *pgconn = batch->connection->pgconn;
    Step step = {kind, batch->n_statements, NULL, NULL};
    const gchar *name = NULL;
    gint taken = 0;

    g_assert(n_parameters <= G_MAXUINT16);
    if (!batch->send_failed) {
        name = prepare(batch, sql);
        taken = name != NULL ? PQsendQueryPrepared(pgconn, name, (gint)n_parameters, parameters,
                                                   NULL, NULL, binary)
                             : PQsendQueryParams(pgconn, sql, (gint)n_parameters, NULL, parameters,
                                                 NULL, NULL, binary);
    }
    add_step(batch, step, taken == 1);
    g_ptr_array_add(batch->results, NULL);
    return batch->n_statements++;
}

guint mg_batch_add(MgBatch *batch, const gchar *sql, gsize n_parameters,
                   const gchar *const *parameters)
{
    return add(batch, STATEMENT, sql, n_parameters, parameters, FALSE);
}

guint mg_batch_add_binary(MgBatch *batch, const gchar *sql, gsize n_parameters,
                          const gchar *const *parameters)
{
    return add(batch, STATEMENT, sql, n_parameters, parameters, TRUE);
}

static gboolean is_savepoint(const MgConnection *connection, guint depth)
{
    return depth > 0 || connection->is_borrowed;
}

void mg_batch_begin(MgBatch *batch)
{
    MgConnection *connection = batch->connection;
    g_autofree gchar *sql = is_savepoint(connection, connection->depth)
                                ? g_strdup_printf("SAVEPOINT mg_%u", connection->depth)
                                : g_strdup("BEGIN");

    add(batch, BEGIN, sql, MG_NO_PARAMETERS, FALSE);
    connection->depth++;
}

/* The depth goes down when the answer is there, or else at the rollback. */
void mg_batch_commit(MgBatch *batch)
{
    guint depth = batch->connection->depth;
    g_autofree gchar *sql = NULL;

    g_assert(depth > 0);
    sql = is_savepoint(batch->connection, depth - 1)
              ? g_strdup_printf("RELEASE SAVEPOINT mg_%u", depth - 1)
              : g_strdup("COMMIT");
    add(batch, COMMIT, sql, MG_NO_PARAMETERS, FALSE);
}

void mg_batch_send(MgBatch *batch)
{
    g_assert(!batch->is_sent);
    if (!batch->send_failed)
        batch->send_failed = PQpipelineSync(batch->connection->pgconn) != 1;
    batch->is_sent = TRUE;
    batch->connection->in_flight = batch;
}

static gboolean commit_failed(const MgBatch *batch, const PGresult *result)
{
    const gchar *tag = PQcmdStatus((PGresult *)result);

    /* COMMIT of a transaction that has failed rolls back, and calls that a success. */
    return g_str_equal(tag, "ROLLBACK");
}

/* Whether the commit at or after `step` may have been done although the session is lost. A FATAL
 * that the server itself says in answer to an earlier step means that it never came to the
 * COMMIT. */
static gboolean is_commit_open(const MgBatch *batch, guint step, const PGresult *result)
{
    if (is_savepoint(batch->connection, 0))
        return FALSE;
    for (guint i = step; i < batch->steps->len; i++)
        if (g_array_index(batch->steps, Step, i).kind == COMMIT)
            return i == step || mg_sqlstate_of(result) == NULL;
    return FALSE;
}

static void note_failure(MgBatch *batch, guint step, PGresult *result)
{
    const gchar *sqlstate = mg_sqlstate_of(result);

    batch->has_failed = TRUE;
    batch->failed_index = g_array_index(batch->steps, Step, step).index;
    batch->failure = result;
    batch->commit_is_open = is_commit_open(batch, step, result);
    if (mg_sqlstate_is_broken(sqlstate))
        batch->connection->is_broken = TRUE;
    /* Whatever a COMMIT says, the transaction is over. */
    if (g_array_index(batch->steps, Step, step).kind == COMMIT &&
        !is_savepoint(batch->connection, batch->connection->depth - 1))
        batch->connection->depth--;
    /* Plans that no longer fit a changed table, or that somebody threw away, are made anew. */
    if (g_strcmp0(sqlstate, "26000") == 0 || g_strcmp0(sqlstate, "0A000") == 0)
        g_hash_table_remove_all(batch->connection->prepared);
}

static void note_success(MgBatch *batch, guint step, PGresult *result)
{
    Step *done = &g_array_index(batch->steps, Step, step);

    if (done->kind == PREPARE) {
        g_hash_table_replace(batch->connection->prepared, g_steal_pointer(&done->prepare_sql),
                             g_steal_pointer(&done->prepare_name));
        PQclear(result);
        return;
    }
    if (done->kind == COMMIT)
        batch->connection->depth--;
    batch->results->pdata[done->index] = result;
}

/* One step has one result, then NULL. */
static void read_step(MgBatch *batch, guint step)
{
    PGconn *pgconn = batch->connection->pgconn;
    PGresult *result = PQgetResult(pgconn);
    ExecStatusType status = PQresultStatus(result);
    gboolean ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

    if (ok && g_array_index(batch->steps, Step, step).kind == COMMIT)
        ok = !commit_failed(batch, result);
    if (ok)
        note_success(batch, step, result);
    else if (!batch->has_failed)
        note_failure(batch, step, result);
    else
        PQclear(result); /* "aborted", since an earlier one failed */
    for (PGresult *rest = NULL; result != NULL && (rest = PQgetResult(pgconn)) != NULL;)
        PQclear(rest);
}

/* After a loss PQgetResult() gives a failure once and then NULL for ever, so this ends. */
static void read_results(MgBatch *batch)
{
    PGconn *pgconn = batch->connection->pgconn;
    PGresult *result = NULL;

    for (guint i = 0; i < batch->steps->len; i++)
        read_step(batch, i);
    while (PQstatus(pgconn) != CONNECTION_BAD && (result = PQgetResult(pgconn)) != NULL) {
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            break;
    }
}

static void undo_what_was_begun(MgBatch *batch)
{
    while (batch->connection->depth > batch->depth_before)
        mg_handle_undo(batch->connection);
}

static void collect(MgBatch *batch)
{
    MgConnection *connection = batch->connection;

    if (batch->is_read)
        return;
    batch->is_read = TRUE;
    connection->in_flight = NULL;
    if (batch->send_failed) {
        /* What libpq did take may be on its way all the same, where its buffer was full. */
        batch->has_failed = TRUE;
        batch->commit_is_open = batch->was_usable && is_commit_open(batch, 0, NULL);
        connection->is_broken = TRUE;
        undo_what_was_begun(batch);
        return;
    }
    read_results(batch);
    if (PQstatus(connection->pgconn) == CONNECTION_BAD ||
        PQexitPipelineMode(connection->pgconn) != 1)
        connection->is_broken = TRUE;
    if (batch->has_failed)
        undo_what_was_begun(batch);
}

void mg_batch_collect(MgConnection *connection)
{
    if (connection->in_flight != NULL)
        collect(connection->in_flight);
}

void mg_batch_set_error(const MgBatch *batch, GError **error)
{
    if (batch->failure != NULL && PQresultStatus(batch->failure) == PGRES_COMMAND_OK)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "%s: the transaction had failed before and was rolled back", batch->doing);
    else
        mg_sqlstate_set_error(error, batch->connection, batch->failure, batch->commit_is_open,
                              batch->doing);
}

gboolean mg_batch_finish(MgBatch *batch, GError **error)
{
    g_assert(batch->is_sent);
    collect(batch);
    if (batch->has_failed)
        mg_batch_set_error(batch, error);
    return !batch->has_failed;
}

gboolean mg_batch_run(MgBatch *batch, GError **error)
{
    mg_batch_send(batch);
    return mg_batch_finish(batch, error);
}

/* A batch that was filled but never sent: what is in libpq's buffer has to be answered and
 * dropped. */
void mg_batch_free(MgBatch *batch)
{
    if (batch == NULL)
        return;
    if (!batch->is_sent)
        mg_batch_send(batch);
    collect(batch);
    PQclear(batch->failure);
    g_array_unref(batch->steps);
    g_ptr_array_unref(batch->results);
    g_free(batch);
}

void mg_batch_abandon(MgBatch *batch)
{
    if (batch == NULL)
        return;
    batch->is_sent = TRUE;
    batch->is_read = TRUE;
    if (batch->connection->in_flight == batch)
        batch->connection->in_flight = NULL;
    mg_batch_free(batch);
}

PGresult *mg_batch_result(const MgBatch *batch, guint index)
{
    g_assert(batch->is_read && !batch->has_failed && index < batch->n_statements);
    return batch->results->pdata[index];
}

PGresult *mg_batch_steal_result(MgBatch *batch, guint index)
{
    PGresult *result = mg_batch_result(batch, index);

    batch->results->pdata[index] = NULL;
    return result;
}

gboolean mg_batch_failed_at(const MgBatch *batch, guint index)
{
    return batch->has_failed && batch->failed_index == index && batch->failure != NULL;
}

const gchar *mg_batch_sqlstate(const MgBatch *batch)
{
    return mg_sqlstate_of(batch->failure);
}

PGresult *mg_batch_query(MgConnection *connection, const gchar *doing, const gchar *sql,
                         gsize n_parameters, const gchar *const *parameters, GError **error)
{
    g_autoptr(MgBatch) batch = mg_batch_new(connection, doing);
    guint index = mg_batch_add(batch, sql, n_parameters, parameters);

    return mg_batch_run(batch, error) ? mg_batch_steal_result(batch, index) : NULL;
}
