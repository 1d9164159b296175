/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What a mapping gives for one event. Pure.
 */
#pragma once

#include "model/events.h"
#include "report/mapping.h"

/* The values of `source` for the event in `row`, in UTF-8; more than one at most for a list.
 * Columns that `events` do not have are fields that the event does not have. An empty array: none.
 * (transfer full): of gchar * */
GPtrArray *mg_mapping_value(const MgMappingSource *source, const MgEvents *events, gsize row);

/* The text of one field, NULL where the event does not have it. (transfer full) */
gchar *mg_mapping_value_of_field(const gchar *field, const MgEvents *events, gsize row);

/* Whether the event has all that the kind of report asks for. */
gboolean mg_mapping_value_holds(const MgMappingReport *report, const MgEvents *events, gsize row);
