/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: whether the database has a table of ours that the Python program's lacks.
 */
#pragma once

#include "database/handle.h"

/* Whether `table`, one of those in support.c, is there, and its rows and its sequence on id are
 * ours to read and change. The first question to a database asks for all of them. FALSE only with
 * error. */
gboolean mg_support_ask(MgConnection *connection, const gchar *table, gboolean *supported,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
