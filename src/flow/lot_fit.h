/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stages 3 and 4 of a lot's group whose mails are to fit: its rows, their form, and where they do
 * not fit into one mail the parts in its place. For notify.c.
 */
#pragma once

#include "flow/lot.h"

/* Whether the group's answer is a request of that kind. */
gboolean mg_lot_fit_is_wanted(const MgLotEntry *entry);

/* Whether its events are too many to be loaded with those of others: mg_lot_fit() loads them in
 * pieces. */
gboolean mg_lot_fit_loads_itself(const MgLotEntry *entry);

/* Makes the group's notifications, divides it, or has it fail. */
void mg_lot_fit(MgLot *lot, MgLotEntry *entry);
