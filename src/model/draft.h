/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A draft: a mail's texts, rendered, before they become MIME.
 *
 * Made by stage 4; read by one worker. Texts are UTF-8 with lines ended by "\n"; a CSV keeps its
 * CRLF.
 */
#pragma once

#include <glib.h>

/* Bytes of an attachment's name: three times as many must fit in one line of a header. */
#define MG_DRAFT_ATTACHMENT_NAME_LIMIT 200

typedef struct {
    gchar *sender;    /* the From header, perhaps with a display name */
    gchar *recipient; /* the To header */
    gchar *subject;   /* one line */
    gchar *body;
    gchar *attachment_name; /* (nullable) */
    gchar *attachment;      /* (nullable): text/csv */
    gchar *ticket;
    gchar *envelope_from; /* (nullable): NULL means the address in From */
    gchar **envelope_tos; /* (nullable): NULL means the addresses in To */
} MgDraft;

MgDraft *mg_draft_new(void); /* all NULL; the caller fills it */
MgDraft *mg_draft_copy(const MgDraft *draft);
void mg_draft_free(MgDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDraft, mg_draft_free)
