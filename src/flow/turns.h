/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Whose turn is next: what a worker has taken up and its lots have put back or divided, in order.
 * For handful.c.
 */
#pragma once

#include "flow/lot.h"
#include "flow/pace.h"

typedef struct MgTurns MgTurns;

/* None yet. `summary`: where a division's parts are counted as taken in the place of its group; it
 * must live longer. (transfer full) */
MgTurns *mg_turns_new(MgSummary *summary);
/* Those who are left must have been taken with mg_turns_take_rest(). */
void mg_turns_free(MgTurns *turns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTurns, mg_turns_free)

/* Nobody is left. */
gboolean mg_turns_are_over(const MgTurns *turns);

/* What `lot` has put back comes again, and the parts of what it has divided; its divisions are
 * taken out of it. */
void mg_turns_give(MgTurns *turns, MgLot *lot);

/* The next lot: as many as `pace` allows, at most MG_PACE_MOST_GROUPS; who has to be alone is.
 * `attempts`: of each. Returns how many there are; at least one must be left. Parts of groups
 * (task.h) are then the caller's. */
guint mg_turns_take(MgTurns *turns, const MgPace *pace, const MgTask **tasks, guint *attempts);

/* The next one that will not be begun, of a division all that is left as one task; NULL: there is
 * none. A part is then the caller's. */
const MgTask *mg_turns_take_rest(MgTurns *turns);
