/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/notification.h"

MgNotification *mg_notification_new(void)
{
    return g_new0(MgNotification, 1);
}

MgNotification *mg_notification_copy(const MgNotification *notification)
{
    MgNotification *copy = mg_notification_new();

    g_assert(notification->deliver == NULL);
    copy->draft = notification->draft != NULL ? mg_draft_copy(notification->draft) : NULL;
    copy->mail = notification->mail != NULL ? mg_mail_copy(notification->mail) : NULL;
    copy->failure = notification->failure != NULL ? g_error_copy(notification->failure) : NULL;
    copy->marks = mg_marks_copy(&notification->marks);
    copy->about = mg_marks_copy(&notification->about);
    copy->ticket = g_strdup(notification->ticket);
    return copy;
}

void mg_notification_free(MgNotification *notification)
{
    if (notification == NULL)
        return;
    mg_draft_free(notification->draft);
    mg_mail_free(notification->mail);
    g_clear_error(&notification->failure);
    g_free(notification->ticket);
    mg_marks_clear(&notification->marks);
    mg_marks_clear(&notification->about);
    if (notification->engine_data_free != NULL)
        notification->engine_data_free(notification->engine_data);
    g_free(notification);
}
