/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A connection to PostgreSQL: the one place that knows libpq's handles.
 *
 * A connection belongs to one thread at a time. Each session runs with TIME ZONE UTC, DateStyle
 * ISO, client encoding UTF8, a pinned search path and an application_name. Errors everywhere in
 * this folder: MG_ERROR_GROUP where one statement failed (the transaction is rolled back by its
 * owner), MG_ERROR_RETRY where the connection broke before a commit was asked for,
 * MG_ERROR_UNKNOWN_OUTCOME where it broke while a COMMIT was under way, MG_ERROR_SETUP for login,
 * missing objects or privileges.
 */
#pragma once

#include "model/settings.h"

#include <glib.h>

typedef struct MgConnection MgConnection;

/* Opens a session. `purpose` ends up in application_name ("intelmqcbmail PURPOSE"). MG_ERROR_SETUP
 * where the server cannot be reached or refuses. */
MgConnection *mg_connection_open(const MgDatabaseSettings *settings, const gchar *purpose,
                                 GError **error);
void mg_connection_free(MgConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgConnection, mg_connection_free)

/* Opens the session again after it broke; what was prepared or locked in it is gone. */
gboolean mg_connection_reopen(MgConnection *connection, GError **error);
gboolean mg_connection_is_broken(const MgConnection *connection);

gboolean mg_connection_begin(MgConnection *connection, GError **error);
gboolean mg_connection_commit(MgConnection *connection, GError **error);
/* Never fails: a connection that cannot roll back is broken, which rolls back too. */
void mg_connection_rollback(MgConnection *connection);
