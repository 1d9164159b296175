/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One mail delivered again, since an earlier run left open what became of it: under the very ticket
 * and Message-Id that it had, and with the directives that it had. What else the group's format
 * makes does not go out.
 */
#pragma once

#include "flow/delivery_mail.h"

/* Before anything is sent: of all that the format has made again, the delivery that is meant stays.
 * MG_ERROR_UNKNOWN_OUTCOME where it is not among them, or has another number. */
gboolean mg_delivery_again_choose(const MgMailing *mailing,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stages 7 and 8 for it, in the transaction of mg_uncertain_take(), which is ended where the mail
 * went out. TRUE where it is settled; a copy that is refused for good is logged and counted. Else
 * FALSE, and it is as uncertain as before. */
gboolean mg_delivery_again_send(const MgMailing *mailing, GError **error) G_GNUC_WARN_UNUSED_RESULT;
