/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The report: a JSON account of one run, for programs (option --report; intelmqcbmail(1) says what
 * is in it).
 */
#pragma once

#include "flow/account.h"
#include "run/run.h"

typedef struct MgReport MgReport;

/* MG_ERROR_SETUP where `filename` could not be written: better known before anything is sent. */
MgReport *mg_report_new(const gchar *filename, gboolean is_dry_run,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_report_free(MgReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgReport, mg_report_free)

/* What the site of the run tells. (transfer none): lives as long as the report. */
MgAccount *mg_report_account(MgReport *report);

/* What is known once the workers have ended: the counts, and how many of `n_groups` were not
 * begun. */
void mg_report_note_summary(MgReport *report, const MgSummary *summary, guint n_groups);
/* Why the run did not simply come to its end; the first reason stays. */
void mg_report_note_reason(MgReport *report, const gchar *reason);

/* Replaces the file in one step: a reader sees the old report or the whole new one.
 * MG_ERROR_RUN. */
gboolean mg_report_write(MgReport *report, gint exit_status,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
