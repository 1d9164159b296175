/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/draft.h"

#include "base/clock.h"

MgDraftReport *mg_draft_report_new(MgDraftReportKind kind)
{
    MgDraftReport *report = g_new0(MgDraftReport, 1);

    report->kind = kind;
    return report;
}

static MgDraftReport *copy_report(const MgDraftReport *report)
{
    MgDraftReport *copy = NULL;

    if (report == NULL)
        return NULL;
    copy = mg_draft_report_new(report->kind);
    copy->is_signed = report->is_signed;
    copy->text = g_strdup(report->text);
    copy->evidence = report->evidence != NULL ? g_bytes_ref(report->evidence) : NULL;
    copy->evidence_type = g_strdup(report->evidence_type);
    return copy;
}

void mg_draft_report_free(MgDraftReport *report)
{
    if (report == NULL)
        return;
    g_free(report->text);
    g_clear_pointer(&report->evidence, g_bytes_unref);
    g_free(report->evidence_type);
    g_free(report);
}

MgDraft *mg_draft_new(void)
{
    MgDraft *draft = g_new0(MgDraft, 1);

    draft->date = MG_CLOCK_NONE;
    return draft;
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
    copy->archive = draft->archive != NULL ? g_bytes_ref(draft->archive) : NULL;
    copy->report = copy_report(draft->report);
    copy->ticket = g_strdup(draft->ticket);
    copy->date = draft->date;
    copy->message_id = g_strdup(draft->message_id);
    copy->in_reply_to = g_strdup(draft->in_reply_to);
    copy->part = draft->part;
    copy->size_limit = draft->size_limit;
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
    g_clear_pointer(&draft->archive, g_bytes_unref);
    g_free(draft->message_id);
    g_free(draft->in_reply_to);
    mg_draft_report_free(draft->report);
    g_free(draft->ticket);
    g_free(draft->envelope_from);
    g_strfreev(draft->envelope_tos);
    g_free(draft);
}
