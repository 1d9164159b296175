/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_mail.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "flow/stage7_send.h"
#include "mime/message_id.h"

#include <string.h>

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
    g_autoptr(GBytes) content = mg_stage5_compose(draft, worker->signer != NULL, error);

    if (content == NULL)
        return NULL;
    return mg_stage6_sign(worker->signer, draft, content, worker->site->further_headers,
                          intent != NULL ? intent->message_id : NULL,
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

/* Where it stands; one that sends itself has no mail yet. */
static gchar **find_ticket(const MgDelivery *delivery)
{
    return delivery->mail != NULL ? &delivery->mail->ticket : &delivery->notification->ticket;
}

/* Nothing is recorded under it, so a script need not know one. */
static gboolean is_copy_without_number(const MgDelivery *delivery)
{
    const MgNotification *notification = delivery->notification;

    return notification->marks.kind == MG_MARKS_NONE && notification->failure == NULL &&
           *find_ticket(delivery) == NULL;
}

gboolean mg_delivery_mail_make(MgDelivery *delivery, MgWorker *worker, GError **error)
{
    MgNotification *notification = delivery->notification;
    const MgIntent *intent = worker->task->uncertain;

    if (notification->failure != NULL && notification->marks.kind == MG_MARKS_NONE)
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
    if (delivery->mail == NULL)
        return FALSE;
    return is_copy_without_number(delivery) ||
           mg_delivery_mail_check_ticket(delivery->mail->ticket, error);
}

MgOutcome *mg_delivery_mail_send(MgWorker *worker, const MgMail *mail, gboolean is_copy,
                                 GError **error)
{
    const MgAccountMail told = {.group = worker->task->group,
                                .format_name = worker->format_name,
                                .mail = mail,
                                .is_copy = is_copy,
                                .is_resent = worker->task->uncertain != NULL};
    MgOutcome *outcome = mg_stage7_send(worker->session, worker->site, &told, error);

    worker->mail_accepted = worker->mail_accepted || (outcome != NULL && worker->session != NULL);
    return outcome;
}

/* That of the mail that marks it, or else of any; of an uncertain delivery its own. */
static gchar *find_number(const GPtrArray *deliveries, const MgIntent *intent)
{
    const gchar *ticket = intent != NULL ? intent->ticket : NULL;

    if (ticket != NULL)
        return g_strdup(ticket);
    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (*find_ticket(delivery) != NULL && delivery->notification->marks.kind != MG_MARKS_NONE)
            return g_strdup(*find_ticket(delivery));
        if (ticket == NULL)
            ticket = *find_ticket(delivery);
    }
    return g_strdup(ticket);
}

gboolean mg_delivery_mail_number_copies(GPtrArray *deliveries, MgWorker *worker, GError **error)
{
    g_autofree gchar *number = NULL;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (!is_copy_without_number(delivery))
            continue;
        if (number == NULL)
            number = find_number(deliveries, worker->task->uncertain);
        if (number == NULL)
            number = mg_ticket_source_next(&worker->hand->tickets, error);
        if (number == NULL)
            return FALSE;
        *find_ticket(delivery) = g_strdup(number);
    }
    return TRUE;
}

/* The same from attempt to attempt: `<a.2@b>` from `<a@b>`. */
static void renew_message_id(MgDelivery *delivery)
{
    g_autoptr(MgMail) mail = delivery->mail;
    const gchar *id = mail->message_id;
    const gchar *at = strrchr(id, '@') != NULL ? strrchr(id, '@') : id + strlen(id) - 1;
    g_autofree gchar *renewed =
        g_strdup_printf("%.*s.%u%s", (gint)(at - id), id, delivery->position + 1, at);

    delivery->mail = mg_message_id_replace(mail, renewed);
}

void mg_delivery_mail_tell_apart(GPtrArray *deliveries)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->mail != NULL && !g_hash_table_add(seen, g_strdup(delivery->mail->message_id)))
            renew_message_id(delivery);
    }
}
