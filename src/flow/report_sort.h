/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which events of a group can be reports: before the first of them goes out, since where one
 * cannot, its format may want all to stay.
 */
#pragma once

#include "flow/host.h"
#include "model/request.h"

/* `can` receives the ids of the events that can be (or are gone by now: each fails by itself),
 * `cannot` the others; both ascending, of gint64. A form that does not pass on what cannot be is
 * MG_ERROR_GROUP naming the first such event; other errors as mg_lot_events_load(). */
gboolean mg_report_sort_events(MgHost *host, const MgRequest *request, GArray *can, GArray *cannot,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
