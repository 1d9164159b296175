/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_mail.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "mime/message_id.h"

#define LONGEST_TICKET 18 /* characters: sent.intelmq_ticket */

void mg_delivery_mail_free(MgDelivery *delivery)
{
    mg_notification_free(delivery->notification);
    mg_mail_free(delivery->mail);
    g_free(delivery);
}

static MgMail *finish(MgWorker *worker, const MgDraft *draft, GError **error)
{
    const MgIntent *intent = worker->task->uncertain;
    g_autoptr(GBytes) content = mg_stage5_compose(worker, draft, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(worker, draft, content, intent != NULL ? intent->message_id : NULL,
                          intent != NULL ? intent->mail_date : MG_CLOCK_NONE, error);
}

/* Bounces of what goes out in the site's name go where the site wants them, whoever made the mail. */
static void set_envelope_from(const MgSite *site, MgMail *mail)
{
    if (site->sender_address == NULL ||
        g_ascii_strcasecmp(mail->envelope_from, site->sender_address) != 0)
        return;
    g_free(mail->envelope_from);
    mail->envelope_from = g_strdup(site->settings->envelope_from);
}

MgMail *mg_delivery_mail_fit(MgMail *mail, const MgSite *site, GError **error)
{
    if (mail == NULL)
        return NULL;
    set_envelope_from(site, mail);
    return mg_safety_apply(site->safety, mail, error);
}

gboolean mg_delivery_mail_check_ticket(const gchar *ticket, GError **error)
{
    g_autofree gchar *quoted = NULL;
    glong length = ticket != NULL ? g_utf8_strlen(ticket, -1) : 0;

    for (const gchar *at = ticket; length > 0 && *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            length = 0;
    if (length > 0 && length <= LONGEST_TICKET)
        return TRUE;
    quoted = mg_error_quote(ticket);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "the ticket number of a mail is %s: 1 to %d characters of text are wanted", quoted,
                LONGEST_TICKET);
    return FALSE;
}

gboolean mg_delivery_mail_make(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    MgNotification *notification = delivery->notification;
    const MgIntent *intent = worker->task->uncertain;

    if (notification->failure != NULL && !notification->is_recorded)
        return TRUE; /* a copy: told when its turn comes */
    if (notification->failure != NULL) {
        g_propagate_error(error, g_error_copy(notification->failure));
        return FALSE;
    }
    if (notification->draft != NULL)
        delivery->mail = finish(worker, notification->draft, error);
    else if (notification->mail != NULL && intent != NULL)
        delivery->mail = mg_message_id_replace(notification->mail, intent->message_id);
    else if (notification->mail != NULL)
        delivery->mail = g_steal_pointer(&notification->mail);
    else
        return TRUE; /* it delivers itself */
    delivery->mail = mg_delivery_mail_fit(g_steal_pointer(&delivery->mail), worker->site, error);
    return delivery->mail != NULL && mg_delivery_mail_check_ticket(delivery->mail->ticket, error);
}
