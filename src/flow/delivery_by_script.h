/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7 for a notification that sends itself: a script's own send(), which hands its mails to the
 * courier, one or several. For delivery.c alone.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Calls it. `marks`: nothing has recorded the group yet. Where the delivery is made again, the mails before
 * the uncertain one are through and not sent, it alone goes out, and what comes after it is left to the next
 * run.
 *
 * On TRUE its notification's marks say whether the directives are to be recorded, by delivery->mail;
 * delivery->intent_id is what is settled by that. FALSE, with the script's error or that of the delivery,
 * where no mail was accepted, or the uncertain one is as uncertain as before. */
gboolean mg_delivery_by_script_send(MgDelivery *delivery, gboolean marks, MgWorker *worker,
                                    GError **error);
