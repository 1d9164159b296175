/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report_form.h"

#include "base/error.h"
#include "render/csv.h"
#include "report/mapping_reader.h"
#include "report/x_arf_report.h"
#include "report/xarf_profile.h"

#include <string.h>

#define USER_AGENT "intelmqcbmail/" MG_VERSION
#define NONE "none" /* X-ARF 0.2: no evidence */
#define LONGEST_ORG 200

void mg_report_form_free(MgReportForm *form)
{
    if (form == NULL)
        return;
    mg_mapping_free(form->mapping);
    g_free(form);
}

static const MgMapping *mapping_of(const MgReportForm *form)
{
    return form->mapping != NULL ? form->mapping : mg_mapping_reader_shipped(form->kind);
}

const gchar *mg_report_form_user_agent(void)
{
    return USER_AGENT;
}

/* What a site must have */

static gboolean check_text(const gchar *key, const gchar *text, gboolean fits, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(text);

    if (text == NULL)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "the configuration has no '%s'", key);
    else if (!fits)
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "'%s' of the configuration is %s", key,
                    quoted);
    return text != NULL && fits;
}

static gboolean is_org(const gchar *text)
{
    return text != NULL && *text != '\0' && g_utf8_validate(text, -1, NULL) &&
           g_utf8_strlen(text, -1) <= LONGEST_ORG;
}

static gboolean is_contact(const gchar *text)
{
    static const MgXarfProfileProperty email = {"contact", MG_XARF_PROFILE_EMAIL};

    return text != NULL && mg_xarf_profile_allows(&email, text);
}

static gboolean is_domain(const gchar *text)
{
    return text != NULL && g_ascii_isalnum(*text) && strlen(text) <= 253 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
               strlen(text);
}

static gboolean check_reporter(const MgXarfReporter *reporter, GError **error)
{
    return check_text("xarf.org", reporter->org, is_org(reporter->org), error) &&
           check_text("xarf.contact", reporter->contact, is_contact(reporter->contact), error) &&
           check_text("xarf.domain", reporter->domain, is_domain(reporter->domain), error);
}

static gboolean check_schemas(const MgMapping *mapping, MgSchemaStore *schemas, GError **error)
{
    for (guint i = 0; i < mapping->reports->len; i++) {
        const gchar *url =
            mg_x_arf_report_schema_url(mapping, g_ptr_array_index(mapping->reports, i));

        if (url != NULL && mg_schema_store_get(schemas, url, error) == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean check_signing(const MgReportForm *form, const MgReportFormSite *site,
                              GError **error)
{
    if (!form->is_signed || site->signs)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "it says 'signed: true', but 'openpgp.always_sign' of the configuration is false");
    return FALSE;
}

static gboolean check_values(const MgReportForm *form, const MgReportFormSite *site, GError **error)
{
    return form->kind == MG_MAPPING_TARGET_XARF_4
               ? check_reporter(&site->reporter, error)
               : check_text("xarf_reportdomain", site->domain, is_domain(site->domain), error) &&
                     check_schemas(mapping_of(form), site->schemas, error);
}

gboolean mg_report_form_check(const MgReportForm *form, const MgReportFormSite *site,
                              GError **error)
{
    GError *failure = NULL;

    if (check_signing(form, site, &failure) && check_values(form, site, &failure))
        return TRUE;
    failure->code = MG_ERROR_SETUP;
    g_propagate_error(error, failure);
    return FALSE;
}

/* Fields */

static void add_field(GPtrArray *fields, const gchar *field)
{
    if (!g_ptr_array_find_with_equal_func(fields, field, g_str_equal, NULL))
        g_ptr_array_add(fields, g_strdup(field));
}

gchar **mg_report_form_fields(const MgReportForm *form, const MgTable *table)
{
    g_auto(GStrv) mapped = mg_mapping_fields(mapping_of(form));
    GPtrArray *fields = g_ptr_array_new();

    for (gsize i = 0; i < table->n_columns; i++)
        add_field(fields, table->columns[i].field);
    for (gchar **field = mapped; *field != NULL; field++)
        add_field(fields, *field);
    g_ptr_array_add(fields, NULL);
    return (gchar **)g_ptr_array_free(fields, FALSE);
}

/* Making */

typedef struct {
    const MgReportForm *form;
    const MgReportFormSite *site;
    const MgEvents *events;
    gsize row;
    const gchar *ticket;
    const gchar *csv;
    MgPairs *names;
} Making;

static void add_name(const Making *making, const gchar *name, const gchar *text)
{
    mg_pairs_set(making->names, name, text != NULL ? text : "");
}

static void add_names(const Making *making, const gchar *id, const gchar *category,
                      const gchar *type, const gchar *source, const gchar *time)
{
    add_name(making, "report_id", id);
    add_name(making, "report_category", category);
    add_name(making, "report_type", type);
    add_name(making, "source_identifier", source);
    add_name(making, "report_time", time);
}

void mg_report_form_name_all(MgPairs *names)
{
    const Making making = {.names = names};

    add_names(&making, NULL, NULL, NULL, NULL, NULL);
}

static MgDraftReport *make_xarf(const Making *making, GError **error)
{
    g_autofree gchar *id =
        mg_xarf_report_id(making->site->database, making->ticket, making->events->ids[making->row]);
    g_autoptr(MgXarfReport) made =
        mg_xarf_make(mapping_of(making->form), &making->site->reporter, making->events, making->row,
                     id, making->csv, error);
    MgDraftReport *report = NULL;

    if (made == NULL)
        return NULL;
    add_names(making, id, made->category, made->type, made->source, made->time);
    report = mg_draft_report_new(MG_DRAFT_REPORT_XARF);
    report->text = g_steal_pointer(&made->json);
    return report;
}

static MgDraftReport *make_x_arf(const Making *making, GError **error)
{
    g_autofree gchar *id = g_strdup_printf("%s@%s", making->ticket, making->site->domain);
    const MgXArfValue own[] = {{"reported_from", making->site->address, FALSE},
                               {"report_id", id, FALSE},
                               {"user_agent", USER_AGENT, FALSE},
                               {"attachment", "text/plain", FALSE}};
    g_autoptr(MgXArfReport) made =
        mg_x_arf_report_make(mapping_of(making->form), making->site->schemas, own,
                             G_N_ELEMENTS(own), making->events, making->row, error);
    MgDraftReport *report = NULL;

    if (made == NULL)
        return NULL;
    add_names(making, id, made->category, made->type, made->source, made->time);
    report = mg_draft_report_new(MG_DRAFT_REPORT_X_ARF);
    report->text = g_steal_pointer(&made->text);
    if (!g_str_equal(made->attachment, NONE)) {
        report->evidence = g_bytes_new(making->csv, strlen(making->csv));
        report->evidence_type = g_steal_pointer(&made->attachment);
    }
    return report;
}

static MgDraftReport *make(const Making *making, GError **error)
{
    MgDraftReport *report = making->form->kind == MG_MAPPING_TARGET_XARF_4
                                ? make_xarf(making, error)
                                : make_x_arf(making, error);

    if (report != NULL)
        report->is_signed = making->form->is_signed;
    return report;
}

gboolean mg_report_form_can_express(const MgReportForm *form, const MgReportFormSite *site,
                                    const MgEvents *events, gsize row, GError **error)
{
    g_autoptr(MgPairs) names = mg_pairs_new();
    const Making making = {form, site, events, row, "", "", names};
    g_autoptr(MgDraftReport) report = make(&making, error);

    return report != NULL;
}

MgDraftReport *mg_report_form_make(const MgReportForm *form, const MgReportFormSite *site,
                                   const MgEvents *events, gsize row, const MgTable *table,
                                   const gchar *ticket, MgPairs *names, GError **error)
{
    g_autofree gchar *csv = mg_csv_format_rows(table, events, row, 1, MG_FORMULAS_AS_IS, error);
    const Making making = {form, site, events, row, ticket, csv, names};

    return csv != NULL ? make(&making, error) : NULL;
}
