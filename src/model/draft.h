/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A draft: a mail's texts, rendered, before they become MIME.
 *
 * Made by stage 4; read by one worker. Texts are UTF-8 with lines ended by "\n"; a CSV keeps its
 * CRLF.
 */
#pragma once

#include "model/form.h"

#include <glib.h>

/* Bytes of an attachment's name: three times as many must fit in one line of a header. */
#define MG_DRAFT_ATTACHMENT_NAME_LIMIT 200
/* What is added to it: "-100000of100000", ".zip" */
#define MG_DRAFT_ATTACHMENT_SUFFIX_LIMIT 28

typedef enum {
    MG_DRAFT_REPORT_XARF,  /* XARF v4, in JSON */
    MG_DRAFT_REPORT_X_ARF, /* X-ARF 0.2, in YAML: "PLAIN"; where it is signed "SECURE" */
} MgDraftReportKind;

/* A report for machines that a mail carries beside its text (mailgen-reports(5)). */
typedef struct {
    MgDraftReportKind kind;
    gboolean is_signed; /* where the site signs; else it never is */
    gchar *text;
    GBytes *evidence;     /* (nullable): X_ARF */
    gchar *evidence_type; /* its media type; NULL where there is none */
} MgDraftReport;

typedef struct {
    gchar *sender;    /* the From header, perhaps with a display name */
    gchar *recipient; /* the To header */
    gchar *subject;   /* one line */
    gchar *body;
    gchar *attachment_name; /* (nullable) */
    gchar *attachment;      /* (nullable): text/csv */
    GBytes *archive;        /* (nullable): application/zip, in place of `attachment` */
    MgDraftReport *report;  /* (nullable): then there is no attachment */
    gchar *ticket;
    gint64 date; /* of its Date header, as its archive has it; MG_CLOCK_NONE: when it is made */
    gchar *message_id;  /* (nullable): a new one */
    gchar *in_reply_to; /* (nullable): of In-Reply-To and References */
    MgPart part;        /* which of its group's events it carries, and how; n_parts 0: not known */
    gsize size_limit;   /* bytes that its mail was made to keep to; 0: whatever it comes to */
    gchar *envelope_from; /* (nullable): NULL means the address in From */
    gchar **envelope_tos; /* (nullable): NULL means the addresses in To */
} MgDraft;

MgDraftReport *mg_draft_report_new(MgDraftReportKind kind); /* else empty; the caller fills it */
void mg_draft_report_free(MgDraftReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDraftReport, mg_draft_report_free)

MgDraft *mg_draft_new(void); /* all NULL; the caller fills it */
MgDraft *mg_draft_copy(const MgDraft *draft);
void mg_draft_free(MgDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDraft, mg_draft_free)
