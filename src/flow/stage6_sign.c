/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage6_sign.h"

#include "base/clock.h"
#include "mime/compose.h"

MgMail *mg_stage6_sign(MgSigner *signer, const MgDraft *draft, GBytes *content,
                       const MgPairs *further_headers, const gchar *message_id, gint64 date,
                       GError **error)
{
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;

    if (signer != NULL) {
        signature = mg_signer_detach(signer, content, &micalg, error);
        if (signature == NULL)
            return NULL;
    }
    if (date == MG_CLOCK_NONE)
        date = mg_clock_now();
    return mg_compose_mail(draft, content, signature, micalg, message_id, date, further_headers,
                           error);
}
