/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage6_sign.h"

#include "base/clock.h"
#include "mime/compose.h"

MgMail *mg_stage6_sign(MgWorker *worker, const MgDraft *draft, GBytes *content,
                       const gchar *message_id, gint64 date, GError **error)
{
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *micalg = NULL;

    if (worker->signer != NULL) {
        signature = mg_signer_detach(worker->signer, content, &micalg, error);
        if (signature == NULL)
            return NULL;
    }
    if (date == MG_CLOCK_NONE)
        date = mg_clock_now();
    return mg_compose_mail(draft, content, signature, micalg, message_id, date,
                           worker->site->further_headers, error);
}
