/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Values as Python 3's str() prints them (contract 7: "values are Python str"). Pure functions.
 */
#pragma once

#include "model/events.h"

/* Appends str() of the value that psycopg2 would give for a cell of `kind`; nothing for SQL's NULL
 * (`cell` NULL) and for JSON's null, as csv.writer does. FALSE with MG_ERROR_GROUP where the cell
 * is not what `kind` promises. */
gboolean mg_python_text_append(GString *out, MgKind kind, const gchar *cell, GError **error);

/* Appends repr(value): the shortest digits that read back as the same double, `50.0`, `1e+20`,
 * `nan`, `inf`. */
void mg_python_text_append_double(GString *out, gdouble value);

/* Appends repr() of a str. `text` is UTF-8. */
void mg_python_text_append_quoted(GString *out, const gchar *text, gssize length);
