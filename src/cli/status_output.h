/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The forms in which `status` tells its report. All pure but for mg_status_output_metrics_file().
 */
#pragma once

#include "cli/status_report.h"

/* For people, many lines. (transfer full) */
gchar *mg_status_output_text(const MgStatusReport *report);

typedef enum { /* the exit statuses of monitoring plugins */
               MG_STATUS_OK = 0,
               MG_STATUS_WARNING = 1,
               MG_STATUS_CRITICAL = 2,
               MG_STATUS_UNKNOWN = 3,
} MgStatusLevel;

typedef struct {
    gboolean is_wanted;
    gint64 warn_age; /* microseconds; 0: no limit */
    gint64 crit_age;
} MgStatusLimits;

/* What a monitoring plugin would say of the report. */
MgStatusLevel mg_status_output_level(const MgStatusReport *report, const MgStatusLimits *limits);
/* "OK", "WARNING" … */
const gchar *mg_status_output_level_name(MgStatusLevel level);

/* The first line of a monitoring plugin, with the figures behind `|`; no line break.
 * (transfer full) */
gchar *mg_status_output_check_line(const MgStatusReport *report, const MgStatusLimits *limits);

/* (transfer full) */
gchar *mg_status_output_json(const MgStatusReport *report, const MgStatusLimits *limits);

/* An element of the list of --rejected. */
void mg_status_output_append_rejected(GString *out, const MgStatusRejected *rejected);

/* Puts the report into `filename` in the text format of Prometheus, for the textfile collector:
 * whole or not at all. `report` NULL: the database could not be asked. MG_ERROR_RUN where the file
 * cannot be written. */
gboolean mg_status_output_metrics_file(const MgStatusReport *report, const gchar *filename,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
