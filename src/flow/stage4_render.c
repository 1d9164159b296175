/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage4_render.h"

#include "archive/zip.h"
#include "base/clock.h"
#include "base/error.h"
#include "flow/divide.h"
#include "formats/yaml_substitutions.h"
#include "render/csv.h"
#include "render/template.h"
#include "report/report_form.h"

#include <string.h>

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

/* Texts that depend on what the mail is. */
static gboolean choose_by_mail(MgPairs *names, const MgTerms *terms, const MgRequest *request,
                               const gchar *file, const MgPart *part, GError **error)
{
    g_autoptr(MgPairs) mail = NULL;

    if (request->by_mail == NULL)
        return TRUE;
    mail = mg_pairs_new();
    mg_divide_add_names(mail, file, part);
    return mg_yaml_substitutions_evaluate_of_mail(request->by_mail, terms->group, mail, names,
                                                  error);
}

/* Completes what a report has given. Later wins: names of the mail's form, the report's, the
 * format's own, ours, the aggregate identifier's (mailgen-templates(5), Names). `file`: of the
 * undivided data. */
static gboolean complete_names(MgPairs *names, const MgTerms *terms, const MgRequest *request,
                               const gchar *file, const MgPart *part, const gchar *ticket,
                               const gchar *events_as_csv, GError **error)
{
    mg_pairs_update(names, request->substitutions);
    if (!choose_by_mail(names, terms, request, file, part, error))
        return FALSE;
    mg_divide_add_names(names, file, part);
    mg_pairs_set(names, "ticket_number", ticket);
    mg_pairs_set(names, "events_as_csv", events_as_csv);
    mg_pairs_update(names, terms->group->aggregate);
    return TRUE;
}

static gchar *make_csv(const MgRequest *request, const MgEvents *events, GError **error)
{
    if (request->csv != NULL)
        return g_strdup(request->csv);
    return mg_csv_format_rows(request->table, events, 0, events->n_events,
                              request->quote_formulas ? MG_FORMULAS_QUOTED : MG_FORMULAS_AS_IS,
                              error);
}

/* As a file: with its byte order mark. Takes `csv`, which may be large. */
static gchar *make_file(const MgRequest *request, gchar *csv)
{
    g_autofree gchar *unmarked = csv;

    return request->mark_order ? g_strconcat(BYTE_ORDER_MARK, csv, NULL)
                               : g_steal_pointer(&unmarked);
}

/* The name in the archive is the one that the attachment would have without it. */
static gchar *name_in_archive(const MgRequest *request, const MgPart *part)
{
    MgPart unzipped = *part;

    unzipped.form = MG_FORM_ATTACHMENT;
    return mg_divide_attachment_name(request->attachment_name, &unzipped);
}

static void set_date(MgDraft *draft, const MgTerms *terms)
{
    draft->date = terms->mail_date != MG_CLOCK_NONE ? terms->mail_date : mg_clock_now();
}

static gboolean zip(MgDraft *draft, const MgTerms *terms, const MgRequest *request,
                    const MgPart *part, const gchar *file, GError **error)
{
    g_autofree gchar *name = name_in_archive(request, part);

    set_date(draft, terms);
    draft->archive = mg_zip_pack(name, file, strlen(file), draft->date, error);
    return draft->archive != NULL;
}

/* A CSV as a file, a stretch after the other. */
typedef struct {
    MgCsvReader reader;
    gboolean is_mark_next;
} File;

static gboolean next_of_file(gpointer data, const gchar **bytes, gsize *size, GError **error)
{
    File *file = data;

    if (!file->is_mark_next)
        return mg_csv_rows_next(&file->reader, bytes, size, error);
    file->is_mark_next = FALSE;
    *bytes = BYTE_ORDER_MARK;
    *size = strlen(BYTE_ORDER_MARK);
    return TRUE;
}

/* What is zipped may be far more than memory should hold. */
static gboolean zip_rows(MgDraft *draft, const MgTerms *terms, const MgRequest *request,
                         MgCsvRows *rows, gsize most, gsize *estimate, GError **error)
{
    const MgPart *part = &draft->part;
    g_autofree gchar *name = name_in_archive(request, part);
    File file = {mg_csv_rows_read(rows, part->first, part->n_events), request->mark_order};
    gsize mark = request->mark_order ? strlen(BYTE_ORDER_MARK) : 0;
    const MgZipContent content = {next_of_file, &file,
                                  mg_csv_rows_size(rows, part->first, part->n_events) + mark};

    set_date(draft, terms);
    draft->attachment_name = mg_divide_attachment_name(request->attachment_name, part);
    draft->archive = mg_zip_pack_content(name, &content, draft->date, most, estimate, error);
    return draft->archive != NULL;
}

static gboolean attach(MgDraft *draft, const MgTerms *terms, const MgRequest *request,
                       const MgPart *part, gchar *csv, GError **error)
{
    g_autofree gchar *file = make_file(request, csv);

    draft->attachment_name = mg_divide_attachment_name(request->attachment_name, part);
    if (part->form == MG_FORM_ZIP)
        return zip(draft, terms, request, part, file, error);
    draft->attachment = g_steal_pointer(&file);
    return TRUE;
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
    const MgPart part = {.n_events = 1, .form = MG_FORM_ATTACHMENT, .number = 1, .n_parts = 1};
    const gchar *file =
        request->report->kind == MG_MAPPING_TARGET_XARF_4 ? "xarf.json" : "report.txt";

    address(draft, terms, ticket);
    if (template == NULL || !make_report(draft, terms, request, events, names, error))
        return NULL;
    if (!complete_names(names, terms, request, file, &part, ticket, "", error) ||
        !mg_template_expand(template, names, &draft->subject, &draft->body, error))
        return NULL;
    return g_steal_pointer(&draft);
}

static gboolean expand(MgDraft *draft, const MgTemplate *template, const MgPairs *names,
                       const MgPart *part, GError **error)
{
    g_autofree gchar *subject = NULL;

    if (!mg_template_expand(template, names, &subject, &draft->body, error))
        return FALSE;
    draft->subject = mg_divide_subject(subject, part);
    return TRUE;
}

/* `csv`: what stands in the text. */
static MgDraft *begin_draft(const MgTerms *terms, const MgRequest *request, const MgPart *part,
                            const gchar *csv, const gchar *ticket, GError **error)
{
    g_autoptr(MgTemplate) template = find_template(terms, request, error);
    g_autoptr(MgDraft) draft = mg_draft_new();
    g_autoptr(MgPairs) names = mg_pairs_new();

    if (template == NULL)
        return NULL;
    if (!complete_names(names, terms, request, request->attachment_name, part, ticket, csv,
                        error) ||
        !expand(draft, template, names, part, error))
        return NULL;
    address(draft, terms, ticket);
    draft->part = *part;
    return g_steal_pointer(&draft);
}

/* Takes `csv` (nullable: an error stands). */
static MgDraft *render_csv(const MgTerms *terms, const MgRequest *request, const MgPart *part,
                           gchar *csv, const gchar *ticket, GError **error)
{
    gboolean is_inline = part->form == MG_FORM_INLINE;
    g_autofree gchar *owned = csv;
    g_autoptr(MgDraft) draft = NULL;

    if (csv == NULL)
        return NULL;
    draft = begin_draft(terms, request, part, is_inline ? csv : "", ticket, error);
    if (draft == NULL ||
        (!is_inline && !attach(draft, terms, request, part, g_steal_pointer(&owned), error)))
        return NULL;
    return g_steal_pointer(&draft);
}

MgDraft *mg_stage4_render_part(const MgTerms *terms, const MgRequest *request, const MgPart *part,
                               MgCsvRows *rows, const gchar *ticket, gsize most, gsize *estimate,
                               GError **error)
{
    g_autoptr(MgDraft) draft = NULL;

    if (part->form != MG_FORM_ZIP)
        return render_csv(terms, request, part,
                          mg_csv_rows_slice(rows, part->first, part->n_events, error), ticket,
                          error);
    draft = begin_draft(terms, request, part, "", ticket, error);
    if (draft == NULL || !zip_rows(draft, terms, request, rows, most, estimate, error))
        return NULL;
    return g_steal_pointer(&draft);
}

/* One part, for the group is not divided. */
static MgPart make_part(const MgTerms *terms, const MgEvents *events, MgForm form)
{
    return (MgPart){.n_events = events != NULL ? events->n_events : terms->group->n_events,
                    .form = form,
                    .number = 1,
                    .n_parts = 1};
}

MgDraft *mg_stage4_render(const MgTerms *terms, const MgRequest *request, const MgEvents *events,
                          const gchar *ticket, MgForm form, GError **error)
{
    MgPart part = make_part(terms, events, form);

    if (request->report != NULL)
        return render_report(terms, request, events, ticket, error);
    return render_csv(terms, request, &part, make_csv(request, events, error), ticket, error);
}
