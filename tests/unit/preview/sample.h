/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A preview for the tests: a mail with text and CSV, one that a script sends, one postponed, one failed,
 * one left alone, a limit that is exceeded, with hostile text wherever there can be some.
 */
#pragma once

#include "preview/preview.h"

#include <string.h>

#define SAMPLE_EVIL "</script><!--<script>\x1b[2J\xe2\x80\xae\xe2\x80\xa8"

#define SAMPLE_WIRE                                                                                \
    "From: noreply@cert.example\r\nTo: abuse@isp.example\r\nSubject: Report\r\n"                   \
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"                                     \
    "Content-Type: text/plain; charset=utf-8\r\n\r\nDear " SAMPLE_EVIL ",\r\n"                     \
    "\"asn\",\"ip\"\r\n\"64496\",\"192.0.2.1\"\r\nbye\r\n\r\n--b\r\n"                              \
    "Content-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; filename=\"e.csv\"" \
    "\r\n\r\na,b\r\n1," SAMPLE_EVIL "\r\n\r\n--b--\r\n"

static inline MgGroup *sample_group(const gchar *recipient, gint64 id)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup(recipient);
    group->template_name = g_strdup("open_snmp" SAMPLE_EVIL);
    group->notification_format = g_strdup("shadowserver");
    group->event_data_format = g_strdup("csv");
    mg_pairs_set(group->aggregate, "cidr" SAMPLE_EVIL, NULL);
    group->directive_ids = g_memdup2(&id, sizeof id);
    group->event_ids = g_memdup2(&id, sizeof id);
    group->n_directives = group->n_events = 1;
    return group;
}

static inline MgPreviewEntry *sample_add(MgPreview *preview, MgPreviewKind kind, gint64 id)
{
    g_autoptr(MgGroup) group = sample_group("abuse@isp.example", id);
    MgPreviewEntry *entry = mg_preview_add(preview, kind, group);

    entry->format_name = g_strdup("everything");
    return entry;
}

static inline MgPreview *sample_preview(void)
{
    MgPreview *preview = mg_preview_new();
    MgPreviewEntry *mail = sample_add(preview, MG_PREVIEW_MAIL, 1);
    MgPreviewEntry *postponed;

    preview->version = "1.0";
    preview->made_at = 0;
    mail->subject = g_strdup("Report " SAMPLE_EVIL);
    mail->wire = g_bytes_new_static(SAMPLE_WIRE, strlen(SAMPLE_WIRE));
    sample_add(preview, MG_PREVIEW_BY_SCRIPT, 2);
    postponed = sample_add(preview, MG_PREVIEW_POSTPONED, 3);
    postponed->reason = g_strdup("too young " SAMPLE_EVIL);
    postponed->until = G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC;
    sample_add(preview, MG_PREVIEW_FAILED, 4)->reason =
        g_strdup("no template " SAMPLE_EVIL "\nHINT: make one");
    sample_add(preview, MG_PREVIEW_SKIPPED, 5)->reason = g_strdup("held " SAMPLE_EVIL);
    g_ptr_array_add(preview->excesses, mg_excess_new("safety.max_mails_per_recipient", 1, 3,
                                                     "x" SAMPLE_EVIL, "x" SAMPLE_EVIL " gets 3"));
    return preview;
}
