/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The counts of a run. Workers count, anybody may read at any time.
 *
 * Every group that is taken is left by exactly one of the other counts: no group can get lost.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_LEFT_SENT,
    MG_LEFT_POSTPONED, /* a format says: later */
    MG_LEFT_FAILED,    /* logged; stays pending */
    MG_LEFT_ELSEWHERE, /* another session has its rows locked */
    MG_LEFT_SKIPPED,   /* sent by somebody else meanwhile, or the run ended while it was in hand */
} MgLeft;

typedef struct MgSummary MgSummary;

MgSummary *mg_summary_new(void);
void mg_summary_free(MgSummary *summary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSummary, mg_summary_free)

/* A group is in hand; every one of them is left, in one way. */
void mg_summary_count_taken(MgSummary *summary);
void mg_summary_count_left(MgSummary *summary, MgLeft how);
void mg_summary_count_mail(MgSummary *summary);          /* accepted, copies included */
void mg_summary_count_copy_error(MgSummary *summary);    /* a copy of a recorded group failed */
void mg_summary_count_bad_signature(MgSummary *summary); /* found when the mail was accepted */

/* The counts of the line that ends a run; while workers run, of a moment. */
guint mg_summary_mails(const MgSummary *summary);
guint mg_summary_postponed(const MgSummary *summary);
guint mg_summary_errors(const MgSummary *summary); /* failed groups and copies, bad signatures */
guint mg_summary_elsewhere(const MgSummary *summary);
guint mg_summary_done(const MgSummary *summary);    /* groups that were left, however */
guint mg_summary_in_hand(const MgSummary *summary); /* groups that were taken and not left yet */

/* As it is now, which then no longer changes: to tell a batch from those before it. (transfer
 * full) */
MgSummary *mg_summary_copy(const MgSummary *summary);

/* Asserts that every taken group was left. Only while no worker runs. */
void mg_summary_check(const MgSummary *summary);

/* `[Simulation: ]N mails sent, N postponed, N errors.` (transfer full) */
gchar *mg_summary_text(const MgSummary *summary, gboolean is_simulation);
/* The same of what was counted since `before` was copied from it. (transfer full) */
gchar *mg_summary_text_since(const MgSummary *summary, const MgSummary *before,
                             gboolean is_simulation);
