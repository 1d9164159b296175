/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The mailing of one group: its deliveries, and the doors by which they go out. What the
 * delivery*.c hand to each other.
 */
#pragma once

#include "database/uncertain.h"
#include "flow/stage8_record.h"
#include "flow/ticket_source.h"
#include "flow/worker.h"
#include "formats/notification.h"
#include "model/mail.h"

/* Nothing in it is owned. */
typedef struct {
    MgWorker *worker;
    MgSession *session; /* (nullable): by which it goes out, while it does */
    const MgGroup *group;
    const MgIntent *uncertain; /* (nullable): which of its mails is made again */
    const gchar *format_name;  /* which answered */
    MgTicketSource *tickets;
    gboolean is_alone;       /* in its lot */
    gboolean may_be_divided; /* once more, where a part is refused for its size */
    gboolean shares_ticket;  /* it is a part: mails of other lots have its ticket number too */
    MgRecord *record;        /* of the lot */
    GPtrArray *deliveries;   /* of MgDelivery */
} MgMailing;

typedef struct {
    MgNotification *notification;
    MgMail *mail;         /* NULL where the notification delivers itself, or could not be made */
    guint position;       /* among the notifications of its group, as the format has them */
    gboolean is_left_out; /* it has no mail: another of its group is made again */
    gint64 intent_id;     /* 0: none */
    gboolean is_counted;  /* by the limits */
    gboolean is_accepted;
    gboolean is_too_large; /* refused for its size, or put off behind a part that was */
    GArray *directives;    /* of gint64: which its acceptance marks, and none before it does */
} MgDelivery;

/* For MgMailing.deliveries, which owns them. */
GPtrArray *mg_mailing_deliveries_new(void);

/* Whether the delivery's acceptance marks nothing, by the format's own words. */
gboolean mg_mailing_is_copy(const MgDelivery *delivery);
/* The directives that it marks, or of a copy those that the mail marks that it is a copy of; never
 * none. */
const MgMarks *mg_mailing_about(const MgDelivery *delivery);
