/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: the events as CSV (mailgen-templates(5), CSV), to the byte what Python's
 * csv.writer makes of them.
 */
#pragma once

#include "model/events.h"
#include "model/table.h"

/* Header row of titles, then a row an event, all quoted, rows ended by CRLF. Every field of `table`
 * must be a column of `events` (an assertion: the events were loaded for this table). A cell that
 * is not what its kind promises, such as JSON that does not parse, is MG_ERROR_GROUP with column
 * and event id. (transfer full) */
gchar *mg_csv_format(const MgTable *table, const MgEvents *events,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
