/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Recipients who were left out while others took the mail: an error each, and who was refused for
 * the time being is owed that very mail, as a copy is. For delivery*.c.
 */
#pragma once

#include "flow/mailing.h"
#include "model/outcome.h"

/* After the delivery's mail, the `nth` that its notification sends, was accepted: counts those who
 * were left out, and makes the delivery's intent, where it has one, the debt to them; it is no more
 * the delivery's then. */
void mg_delivery_owed_note(MgDelivery *delivery, const MgMailing *mailing, guint nth,
                           const MgOutcome *outcome);
