/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: ticket, CSV, subject and text from the template (mailgen-templates(5)).
 */
#pragma once

#include "flow/terms.h"
#include "model/draft.h"
#include "model/events.h"
#include "model/request.h"

/* The fields that are wanted of the events of such a request, NULL-terminated. (transfer full) */
gchar **mg_stage4_fields(const MgRequest *request);

/* The texts of one mail that carries all its events in `form` (a copy may differ from the request
 * in that). `events` hold the columns of the request's table; NULL where the request brings a CSV
 * of its own. A request with a report: `events` are the one that it is about, NULL for a look at
 * its texts alone; MG_ERROR_GROUP naming it where it cannot be expressed. */
MgDraft *mg_stage4_render(const MgTerms *terms, const MgRequest *request, const MgEvents *events,
                          const gchar *ticket, MgForm form,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a mail that carries `part`, whose CSV, with its header row, is taken over; not for
 * reports. The subject says which part of how many it is. */
MgDraft *mg_stage4_render_part(const MgTerms *terms, const MgRequest *request, const MgPart *part,
                               gchar *csv, const gchar *ticket,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
