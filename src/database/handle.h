/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what a connection holds, and what is kept with it for others. It knows
 * none of those who use it: the modules above bring their own values, by name.
 */
#pragma once

#include "database/facts.h"
#include "model/settings.h"

#include <glib.h>
#include <libpq-fe.h>

typedef struct MgConnection MgConnection; /* as in connection.h */
typedef struct MgBatch MgBatch;           /* as in batch.h */

struct MgConnection {
    PGconn *pgconn;
    gboolean is_borrowed;
    gboolean is_broken;
    guint depth;     /* transactions and savepoints of ours */
    gint server_pid; /* of the process that answered when the session was set up; 0: borrowed */
    gboolean is_optional; /* nobody has to wait long until it is open */
    gboolean writes_much; /* as in session_settings.h */
    MgDatabaseSettings settings;
    gchar *application_name;
    MgFacts
        *facts; /* of the database; shared with the connections that were opened beside this one */
    GPtrArray *kept; /* of SQL texts: done again in each new session */

    /* Of the session, forgotten when it is opened again: */
    GHashTable *prepared; /* SQL text → name of the prepared statement */
    guint n_prepared;     /* ever: names are not used twice */
    GData *belongings;    /* values of other modules, mg_handle_keep() */
    gboolean is_touched;  /* scripts have had statements of theirs done */
    /* (nullable): a literal, where it is not the server that has broken it */
    const gchar *why_broken;
    MgBatch *in_flight; /* (nullable) (transfer none): sent, its results not yet read */
};

typedef PGresult MgPgResult;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgPgResult, PQclear)

/* A value that lives as long as the session. NULL takes it away, and destroys it. `name`: a
 * literal. */
void mg_handle_keep(MgConnection *connection, const gchar *name, gpointer value,
                    GDestroyNotify destroy);
/* (nullable) (transfer none) */
gpointer mg_handle_find(MgConnection *connection, const gchar *name);
/* The same, taken out of its keeping. (nullable) (transfer full) */
gpointer mg_handle_take(MgConnection *connection, const gchar *name);

/* Undoes the innermost transaction or savepoint of ours; one must be open, and nothing under way.
 * Never fails: a connection that cannot roll back is broken, which rolls back too. */
void mg_handle_undo(MgConnection *connection);
