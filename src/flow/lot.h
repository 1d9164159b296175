/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A lot: the groups that a worker has in hand at once, with what the stages have made of each so
 * far; and what the failure of one means for the others. For notify.c.
 */
#pragma once

#include "flow/delivery_mail.h"
#include "flow/division.h"
#include "flow/host.h"
#include "flow/task.h"
#include "formats/decision.h"

typedef enum {
    MG_LOT_IN_HAND,
    MG_LOT_LEFT,      /* `how` says how; stage 8 has yet to be told */
    MG_LOT_PUT_BACK,  /* no fault of its own: to be begun anew */
    MG_LOT_TOO_LARGE, /* refused for its size: to be begun anew, with what is left of its division */
    MG_LOT_DIVIDED,   /* several smaller groups are to be begun in its place */
} MgLotState;

typedef struct {
    const MgTask *task;
    guint attempt; /* which this is, from 1 */
    MgLotState state;
    gboolean is_loner; /* PUT_BACK: in a lot of its own */
    gboolean is_begun; /* stage 7 */
    MgLeft how;        /* LEFT */
    GError
        *failure; /* LEFT and MG_LEFT_FAILED, or with `rest`; TOO_LARGE; PUT_BACK, where a failure
                      * may pass: the group's own */
    MgHost *host;
    MgDecision *decision;     /* stage 2 */
    MgEvents *events;         /* stage 3; NULL for what a script has made itself */
    GPtrArray *notifications; /* stage 4, or the script */
    MgMailing mailing;        /* stages 5 and 6 */
    MgDivision *division;     /* DIVIDED */
    MgTask *rest; /* (nullable): LEFT, where some of its mails were refused for their size: their
                   * directives, to be begun anew */
} MgLotEntry;

typedef struct {
    MgWorker *worker;
    guint n_entries;
    MgLotEntry *entries;
    MgLotEvents *events;
    MgRecord *record; /* stage 7 */
    GError *end;      /* (nullable): why no further group will fare better */
} MgLot;

/* `attempts`: of each task. What is uncertain is a lot of its own. */
MgLot *mg_lot_new(MgWorker *worker, const MgTask *const *tasks, const guint *attempts,
                  guint n_tasks);
void mg_lot_free(MgLot *lot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgLot, mg_lot_free)

/* for (MG_LOT_EACH(entry, lot)): each group in hand, also where some leave meanwhile. */
#define MG_LOT_EACH(entry, lot)                                                                    \
    MgLotEntry *entry = mg_lot_next(lot, NULL);                                                    \
    entry != NULL;                                                                                 \
    entry = mg_lot_next(lot, entry)

/* The next after `from` (-1: the first) that is in hand, or NULL. */
MgLotEntry *mg_lot_next(const MgLot *lot, const MgLotEntry *from);
guint mg_lot_count(const MgLot *lot, const MgLotEntry *from);

/* Done with: what a script has done to the database for it is undone, but where it was sent. */
void mg_lot_leave(MgLot *lot, MgLotEntry *entry, MgLeft how);
/* Takes `failure` over. Before stage 7 of the group:
 *   MG_ERROR_GROUP, MG_ERROR_UNKNOWN_OUTCOME  it fails, the others go on
 *   MG_ERROR_RETRY                            the session may be gone: all are begun again, each by itself
 *   MG_ERROR_RUN, MG_ERROR_SETUP              it and those after it are not begun, the run ends */
void mg_lot_fail(MgLot *lot, MgLotEntry *entry, GError *failure);
/* The same where it is nobody's in particular. */
void mg_lot_fail_all(MgLot *lot, GError *failure);
/* `entry` and all after it are begun anew by another lot, with their intents withdrawn. */
void mg_lot_put_back_from(MgLot *lot, MgLotEntry *entry);
void mg_lot_put_back(MgLot *lot, MgLotEntry *entry, gboolean is_loner);
/* Whether mg_lot_divide_again() would, once a mail of it is refused for its size. */
gboolean mg_lot_may_divide_again(const MgLotEntry *entry);
/* The same where the server has refused its mail, or all that it has refused, for the size: it is
 * divided once more, and where some of its mails were accepted the rest of it. Where the others
 * were refused for another reason, `failure`, that rest is noted, and FALSE returned. FALSE, and
 * nothing is done, where that would not help: its format does not go by size, or it was divided
 * once more before; or no mail was refused for its size. */
gboolean mg_lot_divide_again(MgLot *lot, MgLotEntry *entry, const GError *failure);
/* In its place those of `division`, which is taken over, are to be begun. */
void mg_lot_divide(MgLot *lot, MgLotEntry *entry, MgDivision *division);
/* It is begun anew by itself, where that has not been tried often enough; else it fails. */
void mg_lot_retry(MgLot *lot, MgLotEntry *entry, const GError *failure);
/* `entry` and all after it are skipped, since the run ends. Takes `failure` over. */
void mg_lot_end_from(MgLot *lot, MgLotEntry *entry, GError *failure);
