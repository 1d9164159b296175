/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The crew of a run: its workers' threads, and how many there are. It begins with one and hires
 * when there is more to do than that many can in the time that a hire costs (run/hiring.h). For a
 * mail server that takes its time there are more SMTP sessions (flow/fleet.h), and further workers
 * only where those that there are cannot use them. Where the database or the mail server refuses
 * more, it goes on with fewer.
 *
 * Used by the run's thread.
 */
#pragma once

#include "flow/desk.h"
#include "flow/site.h"
#include "flow/summary.h"

typedef struct MgCrew MgCrew;

/* All must outlive it. */
MgCrew *mg_crew_new(const MgSite *site, MgSummary *summary, MgDesk *desk);
void mg_crew_free(MgCrew *crew);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgCrew, mg_crew_free)

/* Hires the first worker in a thread of its own, while the caller makes the list of tasks: to open
 * a session takes the server about as long as a short list. What fails is told by mg_crew_work().
 * Not for a borrowed connection. */
void mg_crew_hire_ahead(MgCrew *crew);

/* Works on `n_tasks` of `tasks` (element-type MgTask) from `first` on; as mg_run_process(). */
gboolean mg_crew_work(MgCrew *crew, GPtrArray *tasks, guint first, guint n_tasks,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
