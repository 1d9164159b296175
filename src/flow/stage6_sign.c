/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage6_sign.h"

#include "base/clock.h"
#include "mime/address.h"
#include "mime/compose.h"
#include "mime/report_mail.h"

/* The top type is how receivers know a report, so that a signature is only made where it is asked
 * for. */
static gboolean is_to_be_signed(const MgDraft *draft)
{
    return draft->report == NULL || draft->report->is_signed;
}

static gboolean is_secure(const MgDraft *draft)
{
    return draft->report != NULL && draft->report->kind == MG_DRAFT_REPORT_X_ARF;
}

/* NULL where the sender is no address, which composing complains of. */
static gchar *new_message_id(const MgDraft *draft)
{
    g_autofree gchar *sender = mg_address_of_sender(draft->sender, NULL);

    return sender != NULL ? mg_compose_message_id(sender) : NULL;
}

/* Signed X-ARF 0.2 is the whole unsigned mail in another of the same Message-Id and date. */
static GBytes *wrap(const MgDraft *draft, GBytes *content, const MgPairs *further_headers,
                    const gchar *message_id, gint64 date, GError **error)
{
    g_autoptr(MgMail) inner =
        mg_compose_mail(draft, content, NULL, NULL, message_id, date, further_headers, error);

    return inner != NULL ? mg_report_mail_wrapped(inner->wire) : NULL;
}

MgMail *mg_stage6_sign(MgSigner *signer, const MgDraft *draft, GBytes *content,
                       const MgPairs *further_headers, const gchar *message_id, gint64 date,
                       GError **error)
{
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;
    g_autofree gchar *new_id = NULL;
    g_autoptr(GBytes) wrapped = NULL;

    if (message_id == NULL)
        message_id = draft->message_id;
    if (date == MG_CLOCK_NONE)
        date = draft->date != MG_CLOCK_NONE ? draft->date : mg_clock_now();
    if (signer != NULL && is_to_be_signed(draft)) {
        if (is_secure(draft)) {
            if (message_id == NULL)
                message_id = new_id = new_message_id(draft);
            content = wrapped = wrap(draft, content, further_headers, message_id, date, error);
        }
        signature = content != NULL ? mg_signer_detach(signer, content, &micalg, error) : NULL;
        if (signature == NULL)
            return NULL;
    }
    return mg_compose_mail(draft, content, signature, micalg, message_id, date, further_headers,
                           error);
}
