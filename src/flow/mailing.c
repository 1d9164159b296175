/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/mailing.h"

static void free_delivery(gpointer data)
{
    MgDelivery *delivery = data;

    mg_notification_free(delivery->notification);
    mg_mail_free(delivery->mail);
    g_array_unref(delivery->directives);
    g_free(delivery);
}

GPtrArray *mg_mailing_deliveries_new(void)
{
    return g_ptr_array_new_with_free_func(free_delivery);
}

gboolean mg_mailing_is_copy(const MgDelivery *delivery)
{
    return delivery->notification->marks.kind == MG_MARKS_NONE;
}

const MgMarks *mg_mailing_about(const MgDelivery *delivery)
{
    const MgNotification *notification = delivery->notification;

    return mg_mailing_is_copy(delivery) ? &notification->about : &notification->marks;
}
