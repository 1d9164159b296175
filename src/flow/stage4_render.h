/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4, render: ticket, CSV, subject and text from the template (mailgen-templates(5)).
 */
#pragma once

#include "flow/terms.h"
#include "model/draft.h"
#include "model/events.h"
#include "model/request.h"
#include "render/csv_rows.h"

/* The fields that are wanted of the events of such a request, NULL-terminated. (transfer full) */
gchar **mg_stage4_fields(const MgRequest *request);

/* The texts of one mail that carries all its events in `form` (a copy may differ from the request
 * in that). `events` hold the columns of the request's table; NULL where the request brings a CSV
 * of its own. A request with a report: `events` are the one that it is about, NULL for a look at
 * its texts alone; MG_ERROR_GROUP naming it where it cannot be expressed. */
MgDraft *mg_stage4_render(const MgTerms *terms, const MgRequest *request, const MgEvents *events,
                          const gchar *ticket, MgForm form,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a mail that carries `part` of `rows`; not for reports. The subject says which part of
 * how many it is. Where it is zipped and the archive would have more than `most` bytes, NULL
 * without error, and `estimate` (nullable where that cannot be) receives how many. Errors are those
 * of the rows, too. */
MgDraft *mg_stage4_render_part(const MgTerms *terms, const MgRequest *request, const MgPart *part,
                               MgCsvRows *rows, const gchar *ticket, gsize most, gsize *estimate,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
