/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Values as Python 3's str() prints them (mailgen-templates(5), CSV). Pure functions.
 *
 * What Python's datetime cannot hold (years beyond 9999, BC) stays as PostgreSQL prints it; its
 * infinities are datetime.max and datetime.min, as psycopg2 has them.
 */
#pragma once

#include "model/events.h"

/* Appends str() of the value that psycopg2 would give for a cell of `kind`; nothing for SQL's NULL
 * (`cell` NULL) and for JSON's null, as csv.writer does. FALSE with MG_ERROR_GROUP where the cell
 * is not what `kind` promises; what `out` has received by then is undefined. */
gboolean mg_python_text_append(GString *out, MgKind kind, const gchar *cell,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a cell of MG_KIND_TIMESTAMP or MG_KIND_LOCAL_TIME without zone and fraction,
 * `2026-11-20 03:04:05`, as the column time.source is shown. The zone must be UTC. */
gboolean mg_python_text_append_utc_seconds(GString *out, const gchar *cell,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
