/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A report in XARF 4.2.0 (https://xarf.org) about one event, as JSON. Pure.
 */
#pragma once

#include "model/events.h"
#include "report/mapping.h"

/* Who reports, and who sends it. */
typedef struct {
    const gchar *org; /* at most 200 characters */
    const gchar *contact;
    const gchar *domain;
} MgXarfReporter;

typedef struct {
    gchar *category;
    gchar *type;
    gchar *source; /* its source_identifier */
    gchar *time;   /* its timestamp */
    gchar *json;   /* ends with a line break */
} MgXarfReport;

void mg_xarf_report_free(MgXarfReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgXarfReport, mg_xarf_report_free)

/* A UUID (version 5, RFC 4122) that the same report made again has again. (transfer full) */
gchar *mg_xarf_report_id(const gchar *database, const gchar *ticket, gint64 event_id);

/* The event in `row` as the first kind of report of `mapping` that it can be: all that XARF
 * requires is there, and what is optional only where XARF allows its value. `csv` is the evidence:
 * the event's table; left out where it has more than 5 MB. MG_ERROR_GROUP naming the event, and
 * what each kind lacked, where it can be none. (transfer full) */
MgXarfReport *mg_xarf_make(const MgMapping *mapping, const MgXarfReporter *reporter,
                           const MgEvents *events, gsize row, const gchar *report_id,
                           const gchar *csv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
