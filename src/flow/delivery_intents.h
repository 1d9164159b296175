/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The intents of a group's deliveries: written before the first of its mails goes out, removed where it is
 * known what became of one (contract 9, the promise, 2). For delivery.c alone.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Whether mails of this worker have intents: not in a dry run, and not where the database keeps none. */
gboolean mg_delivery_intents_are_kept(const MgWorker *worker);

/* Those of all `deliveries` (element-type MgDelivery) that have a mail. Of a task that is an uncertain
 * delivery only that mail stays among them; its intent is there already. On failure no mail may be sent:
 * MG_ERROR_RETRY where the database went away, MG_ERROR_GROUP where the format no longer makes that mail. */
gboolean mg_delivery_intents_write_all(GPtrArray *deliveries, MgWorker *worker, GError **error);

/* The same without a look at the task: for a mail that a script hands over. */
gboolean mg_delivery_intents_write(GPtrArray *deliveries, MgWorker *worker, GError **error);

/* Never fails: an intent that cannot be removed stays, is logged, and is settled by the next run. */
void mg_delivery_intents_forget(MgWorker *worker, MgDelivery *delivery);
void mg_delivery_intents_forget_from(GPtrArray *deliveries, guint first, MgWorker *worker);
