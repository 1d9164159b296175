/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: statements that do not wait for each other, sent in one flush (libpq's
 * pipeline mode). A statement's text is prepared the first time a session sees it.
 *
 *     g_autoptr(MgBatch) batch = mg_batch_new(connection, "cannot lock the directives");
 *     mg_batch_begin(batch);
 *     lock = mg_batch_add(batch, sql, MG_PARAMETERS(ids));
 *     if (!mg_batch_run(batch, error)) return FALSE;
 *     result = mg_batch_result(batch, lock);
 */
#pragma once

#include "database/handle.h"

#define MG_NO_PARAMETERS 0, NULL
#define MG_PARAMETERS(...)                                                                         \
    G_N_ELEMENTS(((const gchar *const[]){__VA_ARGS__})), ((const gchar *const[]){__VA_ARGS__})

/* `doing` is what an error message begins with; a literal. Reads what another batch still has under
 * way on the connection first. */
MgBatch *mg_batch_new(MgConnection *connection, const gchar *doing);
void mg_batch_free(MgBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgBatch, mg_batch_free)

/* Adds a statement and gives its index. Parameters are texts, NULL is SQL's NULL; all are
 * copied. */
guint mg_batch_add(MgBatch *batch, const gchar *sql, gsize n_parameters,
                   const gchar *const *parameters);
/* The same with the results in PostgreSQL's binary format. */
guint mg_batch_add_binary(MgBatch *batch, const gchar *sql, gsize n_parameters,
                          const gchar *const *parameters);
/* What mg_connection_begin() and _commit() do. Nothing may be added after a commit but a begin. */
void mg_batch_begin(MgBatch *batch);
void mg_batch_commit(MgBatch *batch);

/* Sends everything and reads all results, or only sends it: then mg_batch_finish() reads them, and
 * may be called again for the same answer. Where this fails, the first failure is the error; what
 * the batch began is rolled back, what was open before is left for its owner's
 * mg_connection_rollback(). */
gboolean mg_batch_run(MgBatch *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_batch_send(MgBatch *batch);
gboolean mg_batch_finish(MgBatch *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none): valid as long as the batch; only after it succeeded. */
PGresult *mg_batch_result(const MgBatch *batch, guint index);
PGresult *mg_batch_steal_result(MgBatch *batch, guint index);
/* Of a batch that failed: the error, which statement, and what SQLSTATE (nullable). */
void mg_batch_set_error(const MgBatch *batch, GError **error);
gboolean mg_batch_failed_at(const MgBatch *batch, guint index);
const gchar *mg_batch_sqlstate(const MgBatch *batch);

/* Frees a batch without waiting for what it has under way: only for a session that ends. */
void mg_batch_abandon(MgBatch *batch);

/* Reads the results of what is under way, for mg_batch_finish() to hand out later. */
void mg_batch_collect(MgConnection *connection);

/* One statement by itself: its result, or NULL with error. (transfer full) */
PGresult *mg_batch_query(MgConnection *connection, const gchar *doing, const gchar *sql,
                         gsize n_parameters, const gchar *const *parameters,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
