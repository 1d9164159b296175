/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The intents of a lot's deliveries: written before the first of its mails goes out, removed where
 * it is known what became of one. For delivery*.c and notify.c.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Whether mails of this worker have intents: not in a dry run, and not where the database keeps
 * none. */
gboolean mg_delivery_intents_are_kept(const MgWorker *worker);

/* What is said where a format no longer makes the mail that is to be made again. */
#define MG_DELIVERY_INTENTS_HINT                                                                   \
    "\nHINT: intelmqcbmail uncertain shows the delivery and takes your decision"

/* Those of all deliveries of a lot, in one transaction. One of several of its group that sends
 * itself is owed too; its intent stands for its first mail. On failure no mail may be sent:
 * MG_ERROR_RETRY where the database went away. */
gboolean mg_delivery_intents_write(const MgMailing *const *mailings, guint n_mailings,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mail is the uncertain one, made again: does it have the ticket number?
 * MG_ERROR_UNKNOWN_OUTCOME where not; a script may number its mails in its own way. */
gboolean mg_delivery_intents_check_ticket(const MgDelivery *delivery, const MgIntent *intent,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Before `mail`, the `nth` that the notification of `delivery` sends itself: the delivery's intent,
 * a new one where it has none, becomes that of this mail; `before` (nullable) is left behind of the
 * mail that had it. Errors as above. */
gboolean mg_delivery_intents_begin(MgDelivery *delivery, const MgMailing *mailing,
                                   const MgMail *mail, guint nth, gboolean marks,
                                   MgIntentDebt *before, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The intent of `mail`, which is or was this delivery's: what a debt is handed on with. As long as
 * all live. */
MgIntentMail mg_delivery_intents_describe(const MgDelivery *delivery, const MgMailing *mailing,
                                          const MgMail *mail, guint nth, gboolean marks);

/* What is known to be settled goes with the lot's record. */
void mg_delivery_intents_settle(MgDelivery *delivery, const MgMailing *mailing);
void mg_delivery_intents_settle_from(const MgMailing *mailing, guint first);
