/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/draft.h"

MgDraft *mg_draft_new(void)
{
    return g_new0(MgDraft, 1);
}

MgDraft *mg_draft_copy(const MgDraft *draft)
{
    MgDraft *copy = mg_draft_new();

    copy->sender = g_strdup(draft->sender);
    copy->recipient = g_strdup(draft->recipient);
    copy->subject = g_strdup(draft->subject);
    copy->body = g_strdup(draft->body);
    copy->attachment_name = g_strdup(draft->attachment_name);
    copy->attachment = g_strdup(draft->attachment);
    copy->ticket = g_strdup(draft->ticket);
    copy->envelope_from = g_strdup(draft->envelope_from);
    copy->envelope_tos = g_strdupv(draft->envelope_tos);
    return copy;
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
