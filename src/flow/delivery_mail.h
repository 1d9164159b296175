/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One delivery of a group, and its mail: made of what a format hands over, and made fit to go out. For
 * delivery*.c and notify.c.
 */
#pragma once

#include "flow/stage8_record.h"
#include "flow/task.h"
#include "flow/ticket_source.h"
#include "flow/worker.h"
#include "formats/notification.h"
#include "model/mail.h"

/* The mailing of one group: whose mails these are, and by which doors they go out. Nothing in it is owned. */
typedef struct {
    MgWorker *worker;
    const MgGroup *group;
    const MgIntent *uncertain; /* (nullable): which of its mails is made again */
    const gchar *format_name;  /* which answered */
    MgTicketSource *tickets;
    gboolean is_alone;     /* in its lot */
    MgRecord *record;      /* of the lot; not looked at where a mail is made again */
    GPtrArray *deliveries; /* of MgDelivery */
} MgMailing;

typedef struct {
    MgNotification *notification;
    MgMail *mail;        /* NULL where the notification delivers itself, or could not be made */
    guint position;      /* among the notifications of its group, as the format has them */
    gint64 intent_id;    /* 0: none */
    gboolean is_counted; /* by the limits */
    GArray
        *directives; /* of gint64: which its acceptance marks; not those that one before it does */
    gboolean is_accepted;
} MgDelivery;

void mg_delivery_mail_free(MgDelivery *delivery);

/* For MgMailing.deliveries. */
GPtrArray *mg_delivery_mail_list(void);

/* Appends a notification, which is taken over, with its mail: stages 5 and 6. No mail where it delivers itself, or
 * is a copy that could not be made. Where a mail is made again, that one alone is made, with the Message-Id and
 * date that it had. FALSE with the error of whoever made the notification, or MG_ERROR_GROUP for a mail that must
 * not go out. */
gboolean mg_delivery_mail_add(const MgMailing *mailing, MgNotification *notification,
                              GError **error);

/* When all are there. A copy that a script gave no ticket number gets that of its group, where that has none a new
 * one. Mails of one Message-Id, made of one message by a script: those after the first get one of their own, so
 * that the recipients' servers do not take them for the first. Errors are those of the drawing. */
gboolean mg_delivery_mail_complete(const MgMailing *mailing, GError **error);

/* All mails of the group or none, since it must not be cut in two by a limit: MG_ERROR_RUN; and back again, for
 * those from `first` on. */
gboolean mg_delivery_mail_count_all(const MgMailing *mailing, GError **error);
void mg_delivery_mail_uncount_from(const MgMailing *mailing, guint first);

/* What holds for every mail, however it was made: where its bounces go, and the brakes. Takes `mail`
 * (nullable) over. (transfer full) */
MgMail *mg_delivery_mail_fit(MgMail *mail, const MgSite *site, GError **error);

/* Scripts choose the text themselves. It must fit into table sent, since that is found out only after
 * the mail was accepted, and into a line of the log: MG_ERROR_GROUP. */
gboolean mg_delivery_mail_check_ticket(const gchar *ticket, GError **error);

/* Whether its acceptance marks directives by the format's own words. */
gboolean mg_delivery_mail_is_copy(const MgDelivery *delivery);

/* Stage 7 for the delivery's mail. */
MgOutcome *mg_delivery_mail_send(const MgDelivery *delivery, const MgMailing *mailing,
                                 GError **error);
