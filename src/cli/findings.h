/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What `check` has found: one finding after the other, each with what to do about it.
 *
 * One thread.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_FINDING_OK,
    MG_FINDING_SKIPPED, /* could not be looked at since something else failed */
    MG_FINDING_WARNING,
    MG_FINDING_FAILED,
} MgFindingState;

typedef struct MgFindings MgFindings;

MgFindings *mg_findings_new(void);
void mg_findings_free(MgFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgFindings, mg_findings_free)

/* What the findings from here on are about: "database"; a literal. */
void mg_findings_set_subject(MgFindings *findings, const gchar *subject);

/* `message` in the form of errors: what follows a line break and "HINT: " is the advice. */
void mg_findings_add(MgFindings *findings, MgFindingState state, const gchar *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Has messages of the log that are warnings or worse become findings, until NULL is given. */
void mg_findings_take_log(MgFindings *findings);

/* MG_FINDING_OK where there are none. */
MgFindingState mg_findings_worst(const MgFindings *findings);

/* For people: a line each, `STATE SUBJECT: MESSAGE`, further lines and the advice indented below
 * it; the states in colours for a terminal. (transfer full) */
gchar *mg_findings_text(const MgFindings *findings, gboolean with_colours);

/* For programs: {"state": …, "findings": [{"state", "subject", "message", "advice"}, …]}, advice
 * null where there is none. (transfer full) */
gchar *mg_findings_json(const MgFindings *findings);
