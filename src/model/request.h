/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A request: what a format wants mailed for a group, before any event is loaded. The flow's stages
 * 3 and 4 turn it into a draft.
 *
 * Made by a format for one group; read by one worker.
 */
#pragma once

#include "model/form.h"
#include "model/pairs.h"
#include "model/table.h"

#include <glib.h>

typedef struct MgReportForm MgReportForm;               /* report/report_form.h */
typedef struct MgYamlSubstitutions MgYamlSubstitutions; /* formats/yaml_substitutions.h */

/* A further mail with the same ticket, text and To, sent to other addresses. */
typedef struct {
    gchar **envelope_tos; /* one at least */
    gboolean has_form;    /* else it has its events as the request has */
    MgForm form;
} MgCopy;

typedef struct {
    gchar *format_name;   /* for log and error messages */
    const MgTable *table; /* (transfer none): lives as long as the formats */
    MgForm form;          /* inline: ${events_as_csv} in the text */
    gboolean is_by_size;  /* the form is the one in which the mail fits, `form` is not looked at */
    MgBySize by_size;     /* with that */
    gchar *attachment_name;  /* "events.csv" by default; without ".zip" */
    gboolean quote_formulas; /* in the CSV, what a spreadsheet would compute */
    gboolean mark_order;     /* a byte order mark before an attached CSV */
    gchar *template_name;    /* (nullable): the directive's */
    gchar *subject;          /* (nullable): with `body`, in place of a template */
    gchar *body;             /* (nullable) */
    /* (nullable) (transfer none): a report an event, in place of the CSV */
    const MgReportForm *report;
    gchar *csv;             /* (nullable): made by the format itself; then no event is loaded */
    MgPairs *substitutions; /* names that the format adds, their texts final */
    /* (nullable) (transfer none): further ones, whose texts depend on what the mail turns out to
     * be */
    const MgYamlSubstitutions *by_mail;
    GPtrArray *copies; /* of MgCopy */
} MgRequest;

MgRequest *mg_request_new(const gchar *format_name); /* built-in table, inline, no template */
void mg_request_free(MgRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgRequest, mg_request_free)

/* Adds a copy; `envelope_tos` is copied. `form` NULL: as the request. */
void mg_request_add_copy(MgRequest *request, const gchar *const *envelope_tos, const MgForm *form);
/* The form of a copy of a request whose own is `form`. */
MgForm mg_request_copy_form(const MgCopy *copy, MgForm form);
