/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The pace of a worker: how many groups it takes at once. What was accepted and is not yet committed is made
 * again after a sudden death, so a lot is as many groups as were lately sent within 20 ms, at least one, at
 * most 16, and at most some 2,000 directives.
 */
#pragma once

#include "model/group.h"

#define MG_PACE_MOST_GROUPS 16
#define MG_PACE_MOST_DIRECTIVES 2000

typedef struct {
    guint fixed;      /* the settings' number of groups; 0: by the time they take */
    gdouble group_us; /* what sending one lately took; 0: not yet known */
    guint n_alone;    /* so many groups are yet to be taken alone */
} MgPace;

/* How many of the groups that come next are a lot. `groups`: at least one. */
guint mg_pace_lot(const MgPace *pace, MgGroup *const *groups, guint n_groups);

/* So many groups were sent in that time. */
void mg_pace_note_sent(MgPace *pace, guint n_groups, gint64 duration_us);
/* One of them had to be alone, since it sends itself: so will others, probably. */
void mg_pace_note_alone(MgPace *pace);

/* Sending has taken much longer than that: what was accepted is to be recorded before further groups of the lot are
 * begun. */
gboolean mg_pace_is_exceeded(gint64 duration_us);
