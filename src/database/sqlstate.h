/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: SQLSTATE and libpq's messages become our errors, here and nowhere else.
 */
#pragma once

#include "database/handle.h"

/* Whether `sqlstate` (NULL: none) means that the session has ended. */
gboolean mg_sqlstate_is_broken(const gchar *sqlstate);

/* (nullable): the five characters, NULL where the server did not say any. */
const gchar *mg_sqlstate_of(const PGresult *result);

/* Sets the error of a failed `result`: `DOING: 'message of the server' (SQLSTATE 42P01)`. `doing`
 * says what was tried, such as "cannot lock the directives". Marks the connection as broken where
 * it is. `result` may be NULL: libpq could not even send. `commit_under_way`: a lost connection
 * leaves it open whether a commit has happened. */
void mg_sqlstate_set_error(GError **error, MgConnection *connection, const PGresult *result,
                           gboolean commit_under_way, const gchar *doing);

/* What libpq or the server said, made safe for a message; lines joined by "; ". (transfer full) */
gchar *mg_sqlstate_clean_text(const gchar *text);
