/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A report in X-ARF 0.2 about one event, by a mapping. Pure but for the schemas, which may be
 * files.
 */
#pragma once

#include "model/events.h"
#include "report/mapping.h"
#include "report/schema_store.h"

/* Whether the program fills it and no mapping may. */
gboolean mg_x_arf_report_is_own(const gchar *target);

/* What a mapping by that schema must have, as values are named; NULL-terminated. The texts are the
 * schema's. (transfer container) */
const gchar **mg_x_arf_report_required(const MgXArfSchema *schema);

/* (nullable): the kind's own or that of all; always a fixed text. */
const gchar *mg_x_arf_report_schema_url(const MgMapping *mapping, const MgMappingReport *report);

typedef struct {
    gchar *category;
    gchar *type;
    gchar *source;     /* (nullable), as the next */
    gchar *time;       /* (nullable) */
    gchar *attachment; /* the media type of the evidence, or "none" */
    gchar *text;       /* the map in YAML */
} MgXArfReport;

void mg_x_arf_report_free(MgXArfReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgXArfReport, mg_x_arf_report_free)

/* The event in `row` as the first kind of report of `mapping` that it can be. `own`: what the
 * program fills, a value each, and defaults for what a mapping may say otherwise. MG_ERROR_GROUP
 * naming the event and what each kind lacked where it can be none. (transfer full) */
MgXArfReport *mg_x_arf_report_make(const MgMapping *mapping, MgSchemaStore *schemas,
                                   const MgXArfValue *own, gsize n_own, const MgEvents *events,
                                   gsize row, GError **error) G_GNUC_WARN_UNUSED_RESULT;
