/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which mail of its group an intent is of: its number, by which a later run finds the mail among
 * those that the format makes again. Pure.
 */
#pragma once

#include "flow/mailing.h"

/* An intent numbers the mails of its group by the position of their notification, and where that
 * sends several itself, by which of these it is. */
#define MG_DELIVERY_NUMBER_POSITIONS 65536u
#define MG_DELIVERY_NUMBER_MAILS 16384u /* so many of one send() */
guint mg_delivery_number_nth(const MgIntent *intent);

/* The same number, where the mails of the send() behind that mail are not owed with it. */
guint mg_delivery_number_alone(guint number);
gboolean mg_delivery_number_is_alone(const MgIntent *intent);

/* Whether the last of `deliveries`, as far as a format has made them again, is the one whose intent
 * it is. A part of a group is asked for by itself: the directives of the intent are its whole group
 * then, whichever part of how many it was. */
gboolean mg_delivery_number_is_meant(const MgIntent *intent, const GPtrArray *deliveries);

/* The number of the delivery's mail, the `nth` that its notification sends. */
guint mg_delivery_number_of(const MgDelivery *delivery, const MgMailing *mailing, guint nth);
