/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7 for a notification that sends itself: a script's own send(), which hands its mails to the
 * courier, one or several. For delivery_first.c and delivery_again.c.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Calls it; where nothing is to be sent, only tells of it. Where the delivery is made again, the
 * mails before the uncertain one are through and not sent, it alone goes out, and what comes after
 * it is left to the next run.
 *
 * On TRUE what it comes to is in the mailing's record: the mark, under delivery->mail, and the
 * delivery's intent, as settled or as that of the mail that is owed next. FALSE, with the script's
 * error or that of the delivery, where no mail was accepted, or the uncertain one is as uncertain
 * as before. */
gboolean mg_delivery_by_script_send(MgDelivery *delivery, const MgMailing *mailing,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
