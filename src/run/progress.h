/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The progress line below the log on a terminal: mails done of all, rate, time left.
 */
#pragma once

#include "flow/summary.h"

typedef struct MgProgress MgProgress;

/* Draws a few times a second from a thread of its own, until it is freed; nothing at all where
 * standard error is no terminal. `summary` must outlive it. */
MgProgress *mg_progress_new(const MgSummary *summary, guint n_groups);
void mg_progress_free(MgProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgProgress, mg_progress_free)

/* The line itself, for `done` of `all` groups after `elapsed_us`. (transfer full) */
gchar *mg_progress_text(guint done, guint all, gint64 elapsed_us);
