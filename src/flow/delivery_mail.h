/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One delivery of a group, and its mail: made of what a format hands over, and made fit to go out.
 * For delivery*.c and notify.c.
 */
#pragma once

#include "flow/mailing.h"

/* Appends a notification, which is taken over. NULL with the error of whoever made it, where it is
 * no copy, or MG_ERROR_GROUP where the group has too many. (transfer none) */
MgDelivery *mg_delivery_mail_add(const MgMailing *mailing, MgNotification *notification,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of what stages 5 and 6 are to make its mail; NULL where that is made already, delivers itself, is
 * a copy that could not be made, or where another mail of the group is made again. (transfer
 * none) */
const MgDraft *mg_delivery_mail_draft(const MgDelivery *delivery);

/* Gives it its mail: `mail`, which is made of the draft and taken over, or where there was none
 * (NULL) that which a script has made, if it has; where a mail is made again, with the Message-Id
 * that it had. MG_ERROR_GROUP for a mail that must not go out. */
gboolean mg_delivery_mail_set(MgDelivery *delivery, const MgMailing *mailing, MgMail *mail,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When all are there. A copy that a script gave no ticket number gets that of its group, where that
 * has none a new one. Mails of one Message-Id, made of one message by a script: those after the
 * first get one of their own, so that the recipients' servers do not take them for the first.
 * Errors are those of the drawing. */
gboolean mg_delivery_mail_complete(const MgMailing *mailing,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All mails of the group or none, since it must not be cut in two by a limit: MG_ERROR_RUN; and
 * back again, for those from `first` on. */
gboolean mg_delivery_mail_count_all(const MgMailing *mailing,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_delivery_mail_uncount_from(const MgMailing *mailing, guint first);

/* What holds for every mail, however it was made: where its bounces go, and the brakes. `mail`
 * is taken over; NULL, where it could not be made, stays NULL. Errors as mg_safety_apply().
 * (transfer full) */
MgMail *mg_delivery_mail_fit(MgMail *mail, const MgSite *site,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Scripts choose the text themselves. It must fit into table sent, since that is found out only
 * after the mail was accepted, and into a line of the log: MG_ERROR_GROUP. */
gboolean mg_delivery_mail_check_ticket(const gchar *ticket,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For the lot's record: the mail was accepted, and marks the delivery's directives; its intent is
 * settled by that. */
void mg_delivery_mail_record(MgDelivery *delivery, const MgMailing *mailing);

/* The mail is a copy that failed while its group is through: counted, told, and logged. */
void mg_delivery_mail_tell_failed_copy(const MgDelivery *delivery, const MgMailing *mailing,
                                       gboolean comes_again, const GError *failure);

/* Stage 7 for the delivery's mail, whose size the fleet remembers where it was too large. Errors as
 * mg_stage7_send(). (transfer full) */
MgOutcome *mg_delivery_mail_send(const MgDelivery *delivery, const MgMailing *mailing,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
