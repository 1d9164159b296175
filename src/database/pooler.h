/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: whether a session is ours alone. A pooler that hands out the server's
 * processes by the transaction (pgbouncer with pool_mode = transaction) gives each of our
 * transactions another one: settings are lost, plans are unknown or another program's, and session
 * locks stay behind with somebody else.
 */
#pragma once

#include <libpq-fe.h>
#include <glib.h>

/* Of two sessions that were just set up, and the server's processes that answered then: what shows
 * that they are not each its owner's alone, for a message. NULL where nothing does. A literal. */
const gchar *mg_pooler_find_sign(PGconn *ours, gint our_pid, PGconn *other, gint other_pid);
