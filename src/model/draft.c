/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/draft.h"

MgDraft *mg_draft_new(void)
{
    return g_new0(MgDraft, 1);
}

void mg_draft_free(MgDraft *draft)
{
    if (draft == NULL)
        return;
    g_free(draft->sender);
    g_free(draft->recipient);
    g_free(draft->subject);
    g_free(draft->body);
    g_free(draft->attachment_name);
    g_free(draft->attachment);
    g_free(draft->ticket);
    g_free(draft->envelope_from);
    g_strfreev(draft->envelope_tos);
    g_free(draft);
}
