/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage4_render.h"

#include "base/error.h"
#include "flow/divide.h"
#include "render/csv.h"
#include "render/template.h"
#include "report/report_form.h"

gchar **mg_stage4_fields(const MgRequest *request)
{
    g_autofree const gchar **fields = NULL;

    if (request->report != NULL)
        return mg_report_form_fields(request->report, request->table);
    fields = mg_table_fields(request->table);
    return g_strdupv((gchar **)fields);
}

static MgTemplate *find_template(const MgTerms *terms, const MgRequest *request, GError **error)
{
    if (request->subject != NULL)
        return mg_template_new(request->format_name, request->subject, request->body);
    if (request->template_name != NULL)
        return mg_template_store_get(terms->templates, request->template_name, error);
    return mg_template_store_get(terms->templates, terms->group->template_name, error);
}

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* One part, for the group is not divided. */
static MgDividePart make_part(const MgTerms *terms, const MgEvents *events, gboolean attach)
{
    return (MgDividePart){.n_events = events != NULL ? events->n_events : terms->group->n_events,
                          .form = attach ? MG_FORM_ATTACHMENT : MG_FORM_INLINE,
                          .number = 1,
                          .n_parts = 1};
}

/* Completes what a report has given. Later wins: names of the mail's form, the report's, the format's own, ours, the
 * aggregate identifier's (mailgen-templates(5), Names). `file`: of the undivided data. */
static void complete_names(MgPairs *names, const MgTerms *terms, const MgRequest *request,
                           const gchar *file, const MgDividePart *part, const gchar *ticket,
                           const gchar *events_as_csv)
{
    mg_pairs_update(names, request->substitutions);
    mg_divide_add_names(names, file, part);
    mg_pairs_set(names, "ticket_number", ticket);
    mg_pairs_set(names, "events_as_csv", events_as_csv);
    mg_pairs_update(names, terms->group->aggregate);
}

static gchar *make_csv(const MgRequest *request, const MgEvents *events, GError **error)
{
    if (request->csv != NULL)
        return g_strdup(request->csv);
    return mg_csv_format_rows(request->table, events, 0, events->n_events,
                              request->quote_formulas ? MG_FORMULAS_QUOTED : MG_FORMULAS_AS_IS,
                              error);
}

/* Takes `csv`, which may be large. */
static void attach_csv(MgDraft *draft, const MgRequest *request, gchar *csv)
{
    draft->attachment_name = g_strdup(request->attachment_name);
    draft->attachment = csv;
    if (!request->mark_order)
        return;
    draft->attachment = g_strconcat(BYTE_ORDER_MARK, csv, NULL);
    g_free(csv);
}

static void address(MgDraft *draft, const MgTerms *terms, const gchar *ticket)
{
    draft->sender = g_strdup(terms->sender);
    draft->recipient = g_strdup(terms->group->recipient_address);
    draft->ticket = g_strdup(ticket);
    draft->envelope_from = g_strdup(terms->envelope_from);
}

static gboolean make_report(MgDraft *draft, const MgTerms *terms, const MgRequest *request,
                            const MgEvents *events, MgPairs *names, GError **error)
{
    if (events == NULL) {
        mg_report_form_name_all(names);
        return TRUE;
    }
    if (events->n_events != 1) {
        g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, "a report is about one event");
        return FALSE;
    }
    draft->report = mg_report_form_make(request->report, terms->reports, events, 0, request->table,
                                        draft->ticket, names, error);
    return draft->report != NULL;
}

static MgDraft *render_report(const MgTerms *terms, const MgRequest *request,
                              const MgEvents *events, const gchar *ticket, GError **error)
{
    g_autoptr(MgTemplate) template = find_template(terms, request, error);
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgPairs) names = mg_pairs_new();
    const MgDividePart part = {
        .n_events = 1, .form = MG_FORM_ATTACHMENT, .number = 1, .n_parts = 1};
    const gchar *file =
        request->report->kind == MG_MAPPING_TARGET_XARF_4 ? "xarf.json" : "report.txt";

    address(draft, terms, ticket);
    if (template == NULL || !make_report(draft, terms, request, events, names, error))
        return NULL;
    complete_names(names, terms, request, file, &part, ticket, "");
    if (!mg_template_expand(template, names, &draft->subject, &draft->body, error))
        return NULL;
    return g_steal_pointer(&draft);
}

MgDraft *mg_stage4_render(const MgTerms *terms, const MgRequest *request, const MgEvents *events,
                          const gchar *ticket, gboolean attach, GError **error)
{
    g_autoptr(MgTemplate) template = NULL;
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgPairs) names = mg_pairs_new();
    MgDividePart part = make_part(terms, events, attach);
    g_autofree gchar *csv = NULL;

    if (request->report != NULL)
        return render_report(terms, request, events, ticket, error);
    template = find_template(terms, request, error);
    if (template == NULL)
        return NULL;
    csv = make_csv(request, events, error);
    if (csv == NULL)
        return NULL;
    complete_names(names, terms, request, request->attachment_name, &part, ticket,
                   attach ? "" : csv);
    if (!mg_template_expand(template, names, &draft->subject, &draft->body, error))
        return NULL;
    address(draft, terms, ticket);
    if (attach)
        attach_csv(draft, request, g_steal_pointer(&csv));
    return g_steal_pointer(&draft);
}
