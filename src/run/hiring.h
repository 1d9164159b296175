/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * How many workers a batch should have, judged by what those that there are do. A worker more costs
 * the database a session, some 50 ms until it is of use: so one is hired where there is more to do
 * than that, up to one more than there are processors, since each waits for the database's disk at
 * times; and beyond that as long as those that there are wait for the mail server with fewer groups
 * than they could have in hand.
 *
 * Pure: no clock, no thread.
 */
#pragma once

#include <glib.h>

/* Zero for a batch that begins. */
typedef struct {
    gboolean is_warm;    /* something is through: from then on is measured */
    gint64 warm_since;   /* microseconds since the batch began */
    guint n_done_before; /* when it became so */
    gdouble waiting;     /* 0 to 1: the part of their time that the workers wait, lately */
} MgHiring;

/* What is to be seen of a batch. */
typedef struct {
    gint64 elapsed_us; /* since it began */
    guint n_workers;
    guint n_waiting; /* of them: for the mail server, with too few groups in hand */
    guint n_taken;   /* groups that a worker has, or has had, in hand */
    guint n_done;    /* of these: that are through */
    guint n_left;    /* not yet taken */
    guint most;      /* workers, 0: as many as pay */
} MgHiringLook;

/* To be asked every MG_HIRING_TICK_US. How many workers there should be: `n_workers` at least. */
#define MG_HIRING_TICK_US 10000
guint mg_hiring_wanted(MgHiring *hiring, const MgHiringLook *look);

/* Workers that there are where nobody waits for the mail server: `most` of them (0: as many as
 * pay). */
guint mg_hiring_usual(guint most);
