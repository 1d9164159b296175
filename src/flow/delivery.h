/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The deliveries of one group: its mails in the order in which they go out, each with the intent that
 * makes it durable before its final dot (contract 9, the promise, 1, 2 and 4).
 *
 * The first mail that marks the directives decides over the group: accepted, the group is recorded;
 * what fails afterwards is a copy, which harms nothing but itself.
 */
#pragma once

#include "flow/worker.h"
#include "formats/notification.h"
#include "model/mail.h"

/* (element-type MgDelivery) */
GPtrArray *mg_delivery_list_new(void);

/* Appends a notification, which is taken over; a draft goes through stages 5 and 6 here, before
 * anything is sent. Where the task is an uncertain one, the mail gets the Message-Id and date of the
 * intent with the same position. FALSE, with the error of whoever made the notification, where it is
 * NULL or carries a failure that is the group's. */
gboolean mg_delivery_list_add(GPtrArray *deliveries, MgWorker *worker, MgNotification *notification,
                              GError **error);

/* Stages 7 and 8: intents first, then one mail after the other. TRUE where the group is recorded; a
 * failed copy is logged and counted. On FALSE nothing is recorded:
 *   MG_ERROR_GROUP, MG_ERROR_RETRY, MG_ERROR_RUN  no mail that marks was delivered, no intent is left
 *   MG_ERROR_UNKNOWN_OUTCOME                      the intents stay, the next run settles them */
gboolean mg_delivery_list_deliver(GPtrArray *deliveries, MgWorker *worker, GError **error);
