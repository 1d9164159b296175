/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A lot of groups from claim to record: the eight stages in order. Begin to read in notify.c.
 */
#pragma once

#include "flow/lot.h"

/* Takes the lot's groups through all stages. Afterwards none is in hand any more: each has left,
 * its end logged, told and counted, or is put back or divided, to be begun anew by another lot
 * (turns.h). Where no further group would fare better, the lot's `end` says why (MG_ERROR_RUN or
 * MG_ERROR_SETUP). The worker's session is in no transaction then, and may be broken. */
void mg_notify_lot(MgLot *lot);

/* The same for one mail whose delivery is uncertain, the lot's only task: it has its intent
 * already. */
void mg_notify_lot_again(MgLot *lot);
