/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which mails of the lots in hand were begun, kept where it outlives the program: in shared memory
 * (shm_overview(7)), for nothing a mail. The intents of a whole lot are committed before its first
 * mail; where the program dies suddenly, a later run on the same machine reads here which of them
 * cannot have gone out. It is a proof as long as it is there: the machine's end takes it away, and
 * then, as on any other machine, all that has an intent is uncertain.
 *
 * A run makes one, and each of its workers takes a slot.
 */
#pragma once

#include <glib.h>

typedef struct MgBegun MgBegun;
typedef struct MgBegunSlot MgBegunSlot;

/* Of the run that begins. (nullable): there can be none; then nothing is proven. (transfer full) */
MgBegun *mg_begun_new(gint64 run_id);
/* Of a run whose program has died on this machine. (nullable): it has left nothing, lives, or was
 * another user's. (transfer full) */
MgBegun *mg_begun_find(gint64 run_id);
/* Once nobody needs it any more: it is gone for all. */
void mg_begun_free(MgBegun *begun);
/* The same, but it is left for a later run. */
void mg_begun_leave(MgBegun *begun);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgBegun, mg_begun_leave)

/* (nullable): all are taken. From any thread; the slot is the caller's alone. `begun`: nullable.
 * (transfer none) */
MgBegunSlot *mg_begun_take_slot(MgBegun *begun);

/* A lot comes to be sent, with these intents in the order of sending: none of it is begun, and the
 * lot before is forgotten. Of more than MG_BEGUN_MOST_INTENTS nothing is proven. `slot`:
 * nullable. */
#define MG_BEGUN_MOST_INTENTS 61
void mg_begun_enter(MgBegunSlot *slot, const gint64 *intent_ids, guint n_intents);
/* Before the mail with this intent is begun: it is from now on, and so are those before it. */
void mg_begun_note(MgBegunSlot *slot, gint64 intent_id);

/* Whether the mail of that intent, which was the run's, was provably not begun. */
gboolean mg_begun_is_not_begun(const MgBegun *begun, gint64 intent_id);
