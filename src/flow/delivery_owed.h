/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Recipients who were left out while others took the mail: an error each, and who was refused for
 * the time being is owed that very mail, as a copy is. For delivery*.c.
 */
#pragma once

#include "flow/mailing.h"
#include "model/outcome.h"

/* After the delivery's mail was accepted: counts those who were left out, and makes the delivery's
 * intent, where it has one, the debt to them; it is no more the delivery's then. Not for a mail
 * that its notification sends itself, see delivery_debt.h. */
void mg_delivery_owed_note(MgDelivery *delivery, const MgMailing *mailing,
                           const MgOutcome *outcome);

/* After a copy's mail was refused as a whole, which is told already: its intent says that it has
 * not gone out, so that no operator has to be asked. Not for one that its notification sends
 * itself. */
void mg_delivery_owed_keep_copy(MgDelivery *delivery, const MgMailing *mailing);

/* Whether those who are owed it are known not to have it; else some may. */
gboolean mg_delivery_owed_is_wanting(const MgOutcome *outcome);

/* `mail` for those alone who are owed it; NULL where nobody is. (transfer full) */
MgMail *mg_delivery_owed_rest(const MgMail *mail, const MgOutcome *outcome);

/* Whether each of `addresses` is one of `all`. */
gboolean mg_delivery_owed_is_among(gchar **addresses, gchar **all);

/* `mail` is made again: for the recipients of the intent alone, since others may have taken it.
 * FALSE, and as it was, where it no longer goes to all of them. */
gboolean mg_delivery_owed_limit(MgMail *mail, const MgIntent *intent);

/* Logs it. */
void mg_delivery_owed_tell(const MgMail *rest);
