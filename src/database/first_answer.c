/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "database/first_answer.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

#include <poll.h>

#define WORD_AFTER_US (5 * G_USEC_PER_SEC)
#define HINT_POOL                                                                                  \
    "\nHINT: a pooler between has too few sessions: a run takes one for itself and one for each "  \
    "worker"

/* FALSE: it did not come. */
static gboolean wait_until(PGconn *pgconn, gint64 deadline)
{
    struct pollfd answer = {.fd = PQsocket(pgconn), .events = POLLIN};

    while (PQisBusy(pgconn)) {
        gint64 left = deadline - g_get_monotonic_time();
        if (left <= 0)
            return FALSE;
        if (poll(&answer, 1, (int)(left / 1000 + 1)) > 0 && PQconsumeInput(pgconn) != 1)
            return TRUE; /* the connection broke, as its result tells */
    }
    return TRUE;
}

static gboolean wait_for_answer(PGconn *pgconn, const gchar *target, gint64 patience_us)
{
    gint64 begun = g_get_monotonic_time();

    if (wait_until(pgconn, begun + MIN(patience_us, WORD_AFTER_US)))
        return TRUE;
    if (patience_us <= WORD_AFTER_US)
        return FALSE;
    mg_log_warning("waiting for a session: %s has taken the connection and does not answer%s",
                   target, HINT_POOL);
    return wait_until(pgconn, begun + patience_us);
}

static PGresult *read_last(PGconn *pgconn)
{
    g_autoptr(MgPgResult) last = NULL;
    PGresult *next;

    while ((next = PQgetResult(pgconn)) != NULL) {
        PQclear(last);
        last = next;
    }
    return g_steal_pointer(&last);
}

PGresult *mg_first_answer(PGconn *pgconn, const gchar *sql, const gchar *target, gint64 patience_us,
                          GError **error)
{
    if (PQsendQuery(pgconn, sql) != 1)
        return PQmakeEmptyPGresult(pgconn, PGRES_FATAL_ERROR);
    if (wait_for_answer(pgconn, target, patience_us))
        return read_last(pgconn);
    g_set_error(error, MG_ERROR, MG_ERROR_RUN,
                "%s has taken the connection but gave no session within %" G_GINT64_FORMAT " s%s",
                target, patience_us / (gint64)G_USEC_PER_SEC, HINT_POOL);
    return NULL;
}
