/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/report_form.h"

#include "base/error.h"

#include "report_event.h"

#include <string.h>

#define TICKET "20261120-10000001"
#define EVIDENCE "\"ip\",\"port\"\r\n\"192.0.2.1\",\"443\"\r\n"

static MgReportFormSite make_site(MgSchemaStore *schemas)
{
    return (MgReportFormSite){.reporter = {"CERT", "cert@cert.example", "cert.example"},
                              .database = "intelmq",
                              .address = "noreply@cert.example",
                              .domain = "cert.example",
                              .schemas = schemas};
}

static MgTable *make_table(void)
{
    MgTable *table = mg_table_new("x", 2);

    mg_table_set_column(table, 0, "source.ip", "ip");
    mg_table_set_column(table, 1, "source.port", "port");
    return table;
}

static void test_make(void)
{
    static const struct {
        MgMappingTarget kind;
        const gchar *id;
        const gchar *type;
        const gchar *part;
        const gchar *evidence_type;
    } cases[] = {
        {MG_MAPPING_TARGET_XARF_4, NULL, "botnet", "\"type\": \"botnet\"", NULL},
        {MG_MAPPING_TARGET_X_ARF_0_2, TICKET "@cert.example", "bot-infection",
         "Report-Type: bot-infection\n", "text/plain"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgReportForm form = {.kind = cases[i].kind, .is_signed = TRUE};
        g_autoptr(MgSchemaStore) schemas = mg_schema_store_new(NULL);
        const MgReportFormSite site = make_site(schemas);
        g_autoptr(MgEvents) events = report_event_make("infected-system");
        g_autoptr(MgTable) table = make_table();
        g_autoptr(MgPairs) names = mg_pairs_new();
        g_autoptr(GError) error = NULL;
        const gchar *text = NULL;
        g_autoptr(MgDraftReport) report =
            mg_report_form_make(&form, &site, events, 0, table, TICKET, names, &error);

        g_assert_no_error(error);
        g_assert_true(report->is_signed);
        g_assert_nonnull(strstr(report->text, cases[i].part));
        g_assert_cmpstr(report->evidence_type, ==, cases[i].evidence_type);
        g_assert_true(mg_pairs_lookup(names, "report_type", &text));
        g_assert_cmpstr(text, ==, cases[i].type);
        g_assert_true(mg_pairs_lookup(names, "source_identifier", &text));
        g_assert_cmpstr(text, ==, "192.0.2.1");
        g_assert_true(mg_pairs_lookup(names, "report_id", &text));
        if (cases[i].id != NULL)
            g_assert_cmpstr(text, ==, cases[i].id);
        if (report->evidence != NULL)
            g_assert_cmpmem(g_bytes_get_data(report->evidence, NULL),
                            g_bytes_get_size(report->evidence), EVIDENCE, strlen(EVIDENCE));
    }
}

static void test_can_express(void)
{
    g_autoptr(MgSchemaStore) schemas = mg_schema_store_new(NULL);
    const MgReportFormSite site = make_site(schemas);
    g_autoptr(MgEvents) events = report_event_make("spam");
    const MgReportForm xarf = {.kind = MG_MAPPING_TARGET_XARF_4};
    const MgReportForm x_arf = {.kind = MG_MAPPING_TARGET_X_ARF_0_2};
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_report_form_can_express(&xarf, &site, events, 0, NULL));
    g_assert_false(mg_report_form_can_express(&x_arf, &site, events, 0, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

/* One of them missing or wrong at a time. */
static void test_check(void)
{
    static const struct {
        MgMappingTarget kind;
        MgXarfReporter reporter;
        const gchar *domain;
        const gchar *message;
    } cases[] = {
        {MG_MAPPING_TARGET_XARF_4, {"CERT", "a@b.example", "b.example"}, NULL, NULL},
        {MG_MAPPING_TARGET_XARF_4,
         {NULL, "a@b.example", "b.example"},
         NULL,
         "the configuration has no 'xarf.org'"},
        {MG_MAPPING_TARGET_XARF_4,
         {"CERT", NULL, "b.example"},
         NULL,
         "the configuration has no 'xarf.contact'"},
        {MG_MAPPING_TARGET_XARF_4,
         {"CERT", "a@b.example", NULL},
         NULL,
         "the configuration has no 'xarf.domain'"},
        {MG_MAPPING_TARGET_XARF_4,
         {"CERT", "a b@b.example", "b.example"},
         NULL,
         "'xarf.contact' of the configuration is 'a b@b.example'"},
        {MG_MAPPING_TARGET_XARF_4,
         {"CERT", "a@b.example", "b example"},
         NULL,
         "'xarf.domain' of the configuration is 'b example'"},
        {MG_MAPPING_TARGET_X_ARF_0_2, {NULL}, "b.example", NULL},
        {MG_MAPPING_TARGET_X_ARF_0_2,
         {NULL},
         "b\n.example",
         "'xarf_reportdomain' of the configuration is"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgReportForm form = {.kind = cases[i].kind};
        g_autoptr(MgSchemaStore) schemas = mg_schema_store_new(NULL);
        MgReportFormSite site = make_site(schemas);
        g_autoptr(GError) error = NULL;

        site.reporter = cases[i].reporter;
        site.domain = cases[i].domain;
        g_assert_cmpint(mg_report_form_check(&form, &site, &error), ==, cases[i].message == NULL);
        if (cases[i].message == NULL)
            continue;
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_true(g_str_has_prefix(error->message, cases[i].message));
    }
}

/* What should be signed must not go out unsigned without a word. */
static void test_check_signing(void)
{
    static const MgMappingTarget kinds[] = {MG_MAPPING_TARGET_XARF_4, MG_MAPPING_TARGET_X_ARF_0_2};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds) * 4; i++) {
        const MgReportForm form = {.kind = kinds[i / 4], .is_signed = i % 2 != 0};
        g_autoptr(MgSchemaStore) schemas = mg_schema_store_new(NULL);
        MgReportFormSite site = make_site(schemas);
        g_autoptr(GError) error = NULL;

        site.signs = i % 4 >= 2;
        if (site.signs || !form.is_signed) {
            g_assert_true(mg_report_form_check(&form, &site, NULL));
            continue;
        }
        g_assert_false(mg_report_form_check(&form, &site, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_nonnull(strstr(error->message, "'openpgp.always_sign'"));
    }
}

static void test_fields(void)
{
    const MgReportForm form = {.kind = MG_MAPPING_TARGET_XARF_4};
    g_autoptr(MgTable) table = make_table();
    g_auto(GStrv) fields = mg_report_form_fields(&form, table);
    guint n_found = 0;

    g_assert_cmpstr(fields[0], ==, "source.ip");
    g_assert_cmpstr(fields[1], ==, "source.port");
    for (gchar **field = fields; *field != NULL; field++)
        n_found += g_str_equal(*field, "source.ip");
    g_assert_cmpuint(n_found, ==, 1);
    g_assert_true(g_strv_contains((const gchar *const *)fields, "classification.type"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-form/make", test_make);
    g_test_add_func("/report-form/can-express", test_can_express);
    g_test_add_func("/report-form/check", test_check);
    g_test_add_func("/report-form/check-signing", test_check_signing);
    g_test_add_func("/report-form/fields", test_fields);
    return g_test_run();
}
