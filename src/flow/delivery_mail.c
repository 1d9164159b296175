/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_mail.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "flow/delivery_number.h"
#include "flow/stage7_send.h"
#include "mime/message_id.h"

#include <string.h>

#define LONGEST_TICKET 18 /* characters: sent.intelmq_ticket */

/* Making */

/* Bounces of what goes out in the site's name go where the site wants them, whoever made the
 * mail. */
static void set_envelope_from(const MgSite *site, MgMail *mail)
{
    if (site->settings->envelope_from == NULL ||
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
    return mg_mailing_is_copy(delivery) && delivery->notification->failure == NULL &&
           *find_ticket(delivery) == NULL;
}

static gboolean has_room(const GPtrArray *deliveries, GError **error)
{
    if (deliveries->len < MG_DELIVERY_NUMBER_POSITIONS)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "the format makes more than %u mails of one group",
                MG_DELIVERY_NUMBER_POSITIONS);
    return FALSE;
}

static gboolean is_left_out(const MgMailing *mailing)
{
    return mailing->uncertain != NULL &&
           !mg_delivery_number_is_meant(mailing->uncertain, mailing->deliveries);
}

MgDelivery *mg_delivery_mail_add(const MgMailing *mailing, MgNotification *notification,
                                 GError **error)
{
    MgDelivery *delivery = g_new0(MgDelivery, 1);

    delivery->notification = notification;
    delivery->position = mailing->deliveries->len;
    delivery->directives = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_ptr_array_add(mailing->deliveries, delivery);
    delivery->is_left_out = is_left_out(mailing);
    if (!has_room(mailing->deliveries, error))
        return NULL;
    if (notification->failure == NULL || delivery->is_left_out || mg_mailing_is_copy(delivery))
        return delivery; /* a copy that failed is told when its turn comes */
    g_propagate_error(error, g_error_copy(notification->failure));
    return NULL;
}

static gboolean has_no_mail(const MgDelivery *delivery)
{
    const MgNotification *notification = delivery->notification;

    return delivery->is_left_out || (notification->draft == NULL && notification->mail == NULL);
}

const MgDraft *mg_delivery_mail_draft(const MgDelivery *delivery)
{
    return has_no_mail(delivery) ? NULL : delivery->notification->draft;
}

/* Which a script has made. */
static MgMail *take_finished(MgNotification *notification, const MgIntent *uncertain)
{
    return uncertain != NULL ? mg_message_id_replace(notification->mail, uncertain->message_id)
                             : g_steal_pointer(&notification->mail);
}

gboolean mg_delivery_mail_set(MgDelivery *delivery, const MgMailing *mailing, MgMail *mail,
                              GError **error)
{
    if (has_no_mail(delivery))
        return TRUE;
    if (mail == NULL)
        mail = take_finished(delivery->notification, mailing->uncertain);
    delivery->mail = mg_delivery_mail_fit(mail, mailing->worker->site, error);
    if (delivery->mail == NULL)
        return FALSE;
    return is_copy_without_number(delivery) ||
           mg_delivery_mail_check_ticket(delivery->mail->ticket, error);
}

/* Completing */

/* That of the mail that marks it, or else of any; of an uncertain delivery its own. */
static gchar *find_number(const MgMailing *mailing)
{
    const GPtrArray *deliveries = mailing->deliveries;
    const gchar *ticket = mailing->uncertain != NULL ? mailing->uncertain->ticket : NULL;

    if (ticket != NULL)
        return g_strdup(ticket);
    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (*find_ticket(delivery) != NULL && !mg_mailing_is_copy(delivery))
            return g_strdup(*find_ticket(delivery));
        if (ticket == NULL)
            ticket = *find_ticket(delivery);
    }
    return g_strdup(ticket);
}

static gboolean number_copies(const MgMailing *mailing, GError **error)
{
    const GPtrArray *deliveries = mailing->deliveries;
    g_autofree gchar *number = NULL;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (!is_copy_without_number(delivery))
            continue;
        if (number == NULL)
            number = find_number(mailing);
        if (number == NULL)
            number = mg_ticket_source_next(mailing->tickets, error);
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

static void tell_apart(GPtrArray *deliveries)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->mail != NULL && !g_hash_table_add(seen, g_strdup(delivery->mail->message_id)))
            renew_message_id(delivery);
    }
}

gboolean mg_delivery_mail_complete(const MgMailing *mailing, GError **error)
{
    if (!number_copies(mailing, error))
        return FALSE;
    tell_apart(mailing->deliveries);
    return TRUE;
}

/* Limits */

static gboolean count(MgDelivery *delivery, const MgMailing *mailing, GError **error)
{
    delivery->is_counted = mg_safety_count(mailing->worker->site->safety, delivery->mail,
                                           mailing->group->n_events, error);
    return delivery->is_counted;
}

void mg_delivery_mail_uncount_from(const MgMailing *mailing, guint first)
{
    const GPtrArray *deliveries = mailing->deliveries;

    for (guint i = first; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->is_counted && !delivery->is_accepted)
            mg_safety_uncount(mailing->worker->site->safety, delivery->mail);
        delivery->is_counted = FALSE;
    }
}

gboolean mg_delivery_mail_count_all(const MgMailing *mailing, GError **error)
{
    const GPtrArray *deliveries = mailing->deliveries;

    for (guint i = 0; i < deliveries->len; i++) {
        MgDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (delivery->mail == NULL || count(delivery, mailing, error))
            continue;
        mg_delivery_mail_uncount_from(mailing, 0);
        return FALSE;
    }
    return TRUE;
}

void mg_delivery_mail_record(MgDelivery *delivery, const MgMailing *mailing)
{
    mg_stage8_record_add(mailing->record, mailing->group, delivery->mail,
                         (const gint64 *)delivery->directives->data, delivery->directives->len,
                         delivery->intent_id, mailing->shares_ticket);
    delivery->intent_id = 0;
}

void mg_delivery_mail_tell_failed_copy(const MgDelivery *delivery, const MgMailing *mailing,
                                       gboolean comes_again, const GError *failure)
{
    const MgSite *site = mailing->worker->site;

    mg_summary_count_copy_error(mailing->worker->summary);
    mg_account_tell_copy_failed(site->account, mailing->group, delivery->mail, failure);
    if (site->purpose != MG_PURPOSE_PREVIEW)
        mg_log_error("Error: a copy for %s failed%s: %s", mailing->group->recipient_address,
                     comes_again ? ", the next run delivers it" : "", failure->message);
}

MgOutcome *mg_delivery_mail_send(const MgDelivery *delivery, const MgMailing *mailing,
                                 GError **error)
{
    const MgDraft *draft = delivery->notification->draft;
    const MgAccountMail told = {.group = mailing->group,
                                .format_name = mailing->format_name,
                                .mail = delivery->mail,
                                .part = draft != NULL ? &draft->part : NULL,
                                .size_limit = draft != NULL ? draft->size_limit : 0,
                                .is_copy = mg_mailing_is_copy(delivery),
                                .is_resent = mailing->uncertain != NULL};

    GError *failure = NULL;
    MgOutcome *outcome = mg_stage7_send(mailing->session, mailing->worker->site, &told, &failure);

    if (failure != NULL && mg_error_is_about_size(failure))
        mg_fleet_note_too_large(mailing->worker->fleet, g_bytes_get_size(delivery->mail->wire));
    if (failure != NULL)
        g_propagate_error(error, failure);
    return outcome;
}
