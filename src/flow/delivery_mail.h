/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One delivery of a group, and its mail: made of what a format hands over, and made fit to go out. For
 * delivery*.c alone.
 */
#pragma once

#include "flow/worker.h"
#include "formats/notification.h"
#include "model/mail.h"

typedef struct {
    MgNotification *notification;
    MgMail *mail;        /* NULL where the notification delivers itself, or could not be made */
    guint position;      /* among the notifications of its group, as the format has them */
    gint64 intent_id;    /* 0: none */
    gboolean is_counted; /* by the limits */
} MgDelivery;

void mg_delivery_mail_free(MgDelivery *delivery);

/* Stages 5 and 6 for its notification. No mail afterwards where that delivers itself, or is a copy that
 * could not be made. Where the task is an uncertain one, the mail gets that one's Message-Id and date.
 * FALSE with the error of whoever made the notification, or MG_ERROR_GROUP for a mail that must not go out. */
gboolean mg_delivery_mail_make(MgDelivery *delivery, MgWorker *worker, GError **error);

/* A copy that a script gave no ticket number gets that of its group, where that has none a new one: all of
 * `deliveries` (element-type MgDelivery) are made. Errors are those of the drawing. */
gboolean mg_delivery_mail_number_copies(GPtrArray *deliveries, MgWorker *worker, GError **error);

/* Mails of one Message-Id, made of one message by a script: those after the first get one of their own, so
 * that the recipients' servers do not take them for the first. */
void mg_delivery_mail_tell_apart(GPtrArray *deliveries);

/* What holds for every mail, however it was made: where its bounces go, and the brakes. Takes `mail`
 * (nullable) over. (transfer full) */
MgMail *mg_delivery_mail_fit(MgMail *mail, const MgSite *site, GError **error);

/* Stage 7 for it. */
MgOutcome *mg_delivery_mail_send(MgWorker *worker, const MgMail *mail, gboolean is_copy,
                                 GError **error);

/* Scripts choose the text themselves. It must fit into table sent, since that is found out only after
 * the mail was accepted, and into a line of the log: MG_ERROR_GROUP. */
gboolean mg_delivery_mail_check_ticket(const gchar *ticket, GError **error);
