/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/x_arf_report.h"

#include "base/error.h"
#include "report/mapping_reader.h"

#include "report_event.h"

static const MgXArfValue own[] = {
    {"reported_from", "cert@cert.example"},
    {"report_id", "1@cert.example"},
    {"user_agent", "x"},
    {"attachment", "text/plain"},
};

static MgXArfReport *make(const gchar *type, GError **error)
{
    g_autoptr(MgEvents) events = report_event_make(type);
    g_autoptr(MgSchemaStore) schemas = mg_schema_store_new(NULL);

    return mg_x_arf_report_make(mg_mapping_reader_shipped(MG_MAPPING_TARGET_X_ARF_0_2), schemas,
                                own, G_N_ELEMENTS(own), events, 0, error);
}

static void test_report(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgXArfReport) report = make("infected-system", &error);

    g_assert_no_error(error);
    g_assert_cmpstr(report->category, ==, "abuse");
    g_assert_cmpstr(report->type, ==, "bot-infection");
    g_assert_cmpstr(report->source, ==, "192.0.2.1");
    g_assert_cmpstr(report->time, ==, "2026-11-20T03:04:05Z");
    g_assert_cmpstr(report->attachment, ==, "text/plain");
    g_assert_cmpstr(report->text, ==,
                    "Reported-From: cert@cert.example\n"
                    "Report-ID: \"1@cert.example\"\n"
                    "Category: abuse\n"
                    "Report-Type: bot-infection\n"
                    "User-Agent: x\n"
                    "Date: \"2026-11-20T03:04:05Z\"\n"
                    "Source: \"192.0.2.1\"\n"
                    "Source-Type: ip-address\n"
                    "Source-Port: 443\n"
                    "Bot-Name: infected-system\n"
                    "Attachment: text/plain\n"
                    "Schema-URL: \"http://www.x-arf.org/schema/abuse_bot-infection_0.1.0.json\"\n");
}

/* No kind of report is for the first; the only one for the second has no port. */
static void test_not_expressible(void)
{
    static const gchar *const types[] = {"spam", "brute-force"};

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(make(types[i], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==,
                        "event 17 cannot be expressed as a report: no kind of report is for it");
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/x-arf-report/report", test_report);
    g_test_add_func("/x-arf-report/not-expressible", test_not_expressible);
    return g_test_run();
}
