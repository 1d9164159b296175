/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The pace of a worker: how many groups it takes at once, and over how many SMTP sessions they go
 * out. What was accepted and is not yet committed is made again after a sudden death, so a lot is
 * as many groups as were lately sent within 20 ms, at least one by each session, at most 16, and at
 * most some 2,000 directives. So many sessions pay as it takes to have 16 groups sent within that
 * time: one for a fast server, up to 16 for one that takes its time.
 */
#pragma once

#include "model/group.h"

#define MG_PACE_MOST_GROUPS 16
#define MG_PACE_MOST_DIRECTIVES 2000

typedef struct {
    guint fixed;         /* the settings' number of groups; 0: by the time they take */
    guint most_sessions; /* at least 1 */
    gdouble group_us;    /* what sending one lately took by one session; 0: not yet known */
    guint n_sessions;    /* that pay, or half as many as that; 0: not yet known */
    guint n_alone;       /* so many groups are yet to be taken alone */
} MgPace;

/* How many of the groups that come next are a lot. `groups`: at least one. */
guint mg_pace_lot(const MgPace *pace, MgGroup *const *groups, guint n_groups);

/* By how many sessions at once. */
guint mg_pace_at_once(const MgPace *pace);

/* So many groups were sent by so many sessions in that time. */
void mg_pace_note_sent(MgPace *pace, guint n_groups, guint n_sessions, gint64 duration_us);
/* One of them had to be alone, since it sends itself: so will others, probably. */
void mg_pace_note_alone(MgPace *pace);

/* Sending has taken much longer than that: what was accepted is to be recorded before further
 * groups of the lot are begun. */
gboolean mg_pace_is_exceeded(gint64 duration_us);
