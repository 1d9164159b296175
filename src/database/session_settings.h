/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The settings every session of ours runs with, whatever the server's, the role's or the
 * database's are: what is read back and how long is waited must not depend on them.
 *
 * Pure. `server_version` as PQserverVersion() gives it: 150004 is 15.4. `writes_much`: a session
 * that changes many rows.
 */
#pragma once

#include <glib.h>

/* Statements for a session that was just opened; the last one's result is the number of the
 * server's process that did them. (transfer full) */
gchar *mg_session_settings_sql(gint server_version, gboolean writes_much);

/* The same for a session that somebody else's statements have changed: first all goes back to what
 * it was opened with, as DISCARD ALL does it, but locks and plans stay. (transfer full) */
gchar *mg_session_settings_reset_sql(gint server_version, gboolean writes_much);
