/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/mail.h"

MgMail *mg_mail_new(void)
{
    return g_new0(MgMail, 1);
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
