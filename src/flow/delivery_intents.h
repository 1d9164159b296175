/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The intents of a group's deliveries: written before the first of its mails goes out, removed where it is
 * known what became of one (contract 9, the promise, 2). For delivery.c alone.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Whether mails of this worker have intents: not in a dry run, and not where the database keeps none. */
gboolean mg_delivery_intents_are_kept(const MgWorker *worker);

/* An intent numbers the mails of its group by the position of their notification, and where that sends
 * several itself, by which of these it is. */
#define MG_DELIVERY_INTENTS_POSITIONS 65536u
guint mg_delivery_intents_position(const MgIntent *intent);
guint mg_delivery_intents_nth(const MgIntent *intent);

/* What is said where a format no longer makes the mail that is to be made again. */
#define MG_DELIVERY_INTENTS_HINT                                                                   \
    "\nHINT: intelmqcbmail uncertain shows the delivery and takes your decision"

/* Those of all `deliveries` (element-type MgDelivery), the first that marks the group before others that
 * would. One of several that sends itself is owed too; its intent stands for its first mail. Of a task
 * that is an uncertain delivery only that one stays among them; its intent is there already. On failure no
 * mail may be sent: MG_ERROR_RETRY where the database went away, MG_ERROR_UNKNOWN_OUTCOME where the format
 * no longer makes the uncertain mail. */
gboolean mg_delivery_intents_write_all(GPtrArray *deliveries, MgWorker *worker, GError **error);

/* The mail is the uncertain one of the task, made again: does it have the ticket number?
 * MG_ERROR_UNKNOWN_OUTCOME where not; a script may number its mails in its own way. */
gboolean mg_delivery_intents_check_ticket(const MgDelivery *delivery, const MgWorker *worker,
                                          GError **error);

/* Before the mail that `delivery` has now, the `nth` that its notification sends itself: the delivery's
 * intent, a new one where it has none, becomes that of this mail. Errors as above. */
gboolean mg_delivery_intents_begin(MgDelivery *delivery, guint nth, gboolean marks,
                                   MgWorker *worker, GError **error);

/* What was to be sent and was not is owed: the delivery's intent is that of its mail, for the next run.
 * `with_record`: it becomes so together with the record of the group, which follows. */
gboolean mg_delivery_intents_owe(MgDelivery *delivery, guint nth, gboolean marks,
                                 gboolean with_record, MgWorker *worker, GError **error);
/* The same behind a mail that was made again, whose intent it was. Ends the claim's transaction. */
gboolean mg_delivery_intents_put_off(MgDelivery *delivery, guint nth, MgWorker *worker,
                                     GError **error);

/* Never fails: an intent that cannot be removed stays, is logged, and is settled by the next run. */
void mg_delivery_intents_forget(MgWorker *worker, MgDelivery *delivery);
void mg_delivery_intents_forget_from(GPtrArray *deliveries, guint first, MgWorker *worker);
