/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/mail.h"

MgMail *mg_mail_new(void)
{
    return g_new0(MgMail, 1);
}

MgMail *mg_mail_copy(const MgMail *mail)
{
    MgMail *copy = mg_mail_new();

    copy->ticket = g_strdup(mail->ticket);
    copy->message_id = g_strdup(mail->message_id);
    copy->date = mail->date;
    copy->subject = g_strdup(mail->subject);
    copy->recipient = g_strdup(mail->recipient);
    copy->envelope_from = g_strdup(mail->envelope_from);
    copy->envelope_tos = g_strdupv(mail->envelope_tos);
    copy->original_tos = g_strdupv(mail->original_tos);
    copy->wire = mail->wire != NULL ? g_bytes_ref(mail->wire) : NULL;
    return copy;
}

void mg_mail_free(MgMail *mail)
{
    if (mail == NULL)
        return;
    g_free(mail->ticket);
    g_free(mail->message_id);
    g_free(mail->subject);
    g_free(mail->recipient);
    g_free(mail->envelope_from);
    g_strfreev(mail->envelope_tos);
    g_strfreev(mail->original_tos);
    g_clear_pointer(&mail->wire, g_bytes_unref);
    g_free(mail);
}
