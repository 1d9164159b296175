/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: the first answer in a session. A pooler takes every client, and lets one
 * wait for its answer until it has a session of the server to give.
 */
#pragma once

#include "database/handle.h"

/* Has `sql`, of several statements, done; the result of the last one, or of the first that failed.
 * Where no answer comes within 5 seconds a warning says what is waited for. NULL with MG_ERROR_RUN
 * after `patience_us`: the session is of no use any more. (transfer full) */
PGresult *mg_first_answer(PGconn *pgconn, const gchar *sql, const gchar *target, gint64 patience_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
