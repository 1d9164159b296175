/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7 for a notification that sends itself: a script's own send(), which hands its mails to the
 * courier. For delivery.c alone.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Calls it. On TRUE its notification's is_recorded says whether the directives are to be recorded, by
 * delivery->mail. FALSE with the script's error, or that of the delivery, where no mail was accepted. */
gboolean mg_delivery_by_script_send(MgDelivery *delivery, MgWorker *worker, GError **error);
