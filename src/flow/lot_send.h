/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7 of a lot: its groups go out over several SMTP sessions at once, as many as the worker's
 * pace wants. For notify.c; what sending one group is, is delivery_first.h.
 */
#pragma once

#include "flow/lot.h"

/* Sends what is in hand, in order, and leaves or puts back every group of it. A group that fails is
 * dealt with before a further one is begun. What takes too long is begun anew by another lot: what
 * was accepted must not wait long to be recorded. */
void mg_lot_send(MgLot *lot);

/* Stages 7 and 8 of one that is uncertain, made again. */
void mg_lot_send_again(MgLot *lot);
