/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what a connection holds.
 */
#pragma once

#include "database/connection.h"

#include <libpq-fe.h>

typedef struct MgBatch MgBatch;

typedef enum {
    MG_SUPPORT_UNKNOWN,
    MG_SUPPORT_NO,
    MG_SUPPORT_YES,
} MgSupport;

struct MgConnection {
    PGconn *pgconn;
    gboolean is_borrowed;
    gboolean is_broken;
    guint depth; /* transactions and savepoints of ours */
    MgDatabaseSettings settings;
    gchar *application_name;

    /* Of the session, forgotten when it is opened again: */
    GHashTable *prepared;   /* SQL text → name of the prepared statement */
    guint n_prepared;       /* ever: names are not used twice */
    GPtrArray *columns;     /* (nullable): of events; event_query.c */
    gboolean extra_is_json; /* and not jsonb */
    MgSupport intents;      /* whether table delivery_intents is there for us; intent.c */
    MgSupport runs;         /* the same for notification_runs; run.c */
    gboolean is_touched;    /* scripts have had statements of theirs done */
    MgBatch *in_flight;     /* (nullable) (transfer none): sent, its results not yet read */
    MgBatch *ticket_batch;  /* (nullable): a draw that was started; ticket.c */

    GPtrArray *kept; /* of SQL texts: done again in each new session */
};

/* Does `sql` now, and again in each session that replaces this one. For session locks. */
gboolean mg_connection_keep(MgConnection *connection, const gchar *sql, GError **error);
void mg_connection_keep_no_more(MgConnection *connection, const gchar *sql);

/* Undoes what scripts have SET, since a commit keeps it. Outside of a transaction; nothing is done where no
 * script had a statement done, nor on a borrowed connection, whose settings are its owner's. */
gboolean mg_connection_tidy(MgConnection *connection, GError **error);

typedef PGresult MgPgResult;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgPgResult, PQclear)
