/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/pace.h"

#include <math.h>

#define WINDOW_US 20000
#define PATIENCE_US                                                                                \
    (5 * WINDOW_US) /* what is put back is decided about again, which costs more than it gains */
#define WEIGHT 0.5  /* of what was measured last */

static guint most_groups(const MgPace *pace)
{
    if (pace->n_alone > 0 || (pace->fixed == 0 && pace->group_us <= 0))
        return 1;
    if (pace->fixed > 0)
        return MIN(pace->fixed, MG_PACE_MOST_GROUPS);
    return MIN((guint)MAX(WINDOW_US / pace->group_us, 1) * mg_pace_at_once(pace),
               MG_PACE_MOST_GROUPS);
}

guint mg_pace_lot(const MgPace *pace, MgGroup *const *groups, guint n_groups)
{
    guint most = MIN(most_groups(pace), n_groups);
    gsize n_directives = 0;
    guint n = 0;

    while (n < most) {
        n_directives += groups[n]->n_directives;
        if (n > 0 && n_directives > MG_PACE_MOST_DIRECTIVES)
            break;
        n++;
    }
    return n;
}

guint mg_pace_at_once(const MgPace *pace)
{
    return MAX(1, pace->n_sessions);
}

/* Twice as many at most as there were: a run of a few mails should not begin with sixteen
 * handshakes. */
static guint count_sessions(const MgPace *pace, guint n_sessions)
{
    gdouble paying = ceil(MG_PACE_MOST_GROUPS * pace->group_us / WINDOW_US);

    return (guint)MIN(paying, MIN(2 * n_sessions, MAX(1, pace->most_sessions)));
}

void mg_pace_note_sent(MgPace *pace, guint n_groups, guint n_sessions, gint64 duration_us)
{
    gdouble group_us = MAX(1.0, (gdouble)duration_us) * n_sessions / n_groups;

    pace->n_alone = pace->n_alone > n_groups ? pace->n_alone - n_groups : 0;
    pace->group_us =
        pace->group_us > 0 ? WEIGHT * group_us + (1 - WEIGHT) * pace->group_us : group_us;
    pace->n_sessions = count_sessions(pace, n_sessions);
}

void mg_pace_note_alone(MgPace *pace)
{
    pace->n_alone = MG_PACE_MOST_GROUPS;
}

gboolean mg_pace_is_exceeded(gint64 duration_us)
{
    return duration_us > PATIENCE_US;
}
