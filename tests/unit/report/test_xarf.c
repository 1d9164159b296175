/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/xarf.h"

#include "base/error.h"
#include "report/mapping_reader.h"

#include <string.h>

static const MgXarfReporter reporter = {"CERT", "cert@cert.example", "cert.example"};

static MgEvents *make_event(const gchar *type)
{
    static const struct {
        const gchar *name;
        MgKind kind;
        const gchar *cell;
    } columns[] = {
        {"time.source", MG_KIND_TIMESTAMP, "2026-11-20 03:04:05+00"},
        {"source.ip", MG_KIND_INET, "192.0.2.1"},
        {"source.port", MG_KIND_INTEGER, "443"},
        {"classification.type", MG_KIND_TEXT, NULL},
    };
    MgEvents *events = mg_events_new(1, G_N_ELEMENTS(columns));

    events->ids[0] = 17;
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++) {
        events->columns[i].name = g_strdup(columns[i].name);
        events->columns[i].kind = columns[i].kind;
        events->cells[i] = columns[i].cell != NULL ? columns[i].cell : type;
    }
    return events;
}

static MgXarfReport *make(const gchar *type, const gchar *csv, GError **error)
{
    g_autoptr(MgEvents) events = make_event(type);

    return mg_xarf_make(mg_mapping_reader_shipped(MG_MAPPING_TARGET_XARF_4), &reporter, events, 0,
                        "ID", csv, error);
}

static void test_report(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgXarfReport) report = make("scanner", "x", &error);

    g_assert_no_error(error);
    g_assert_cmpstr(report->category, ==, "connection");
    g_assert_cmpstr(report->type, ==, "port_scan");
    g_assert_cmpstr(report->source, ==, "192.0.2.1");
    g_assert_cmpstr(report->time, ==, "2026-11-20T03:04:05Z");
    g_assert_cmpstr(
        report->json, ==,
        "{\"xarf_version\": \"4.2.0\", \"report_id\": \"ID\", "
        "\"reporter\": {\"org\": \"CERT\", \"contact\": \"cert@cert.example\", "
        "\"domain\": \"cert.example\"}, "
        "\"sender\": {\"org\": \"CERT\", \"contact\": \"cert@cert.example\", "
        "\"domain\": \"cert.example\"}, \"timestamp\": \"2026-11-20T03:04:05Z\", "
        "\"source_identifier\": \"192.0.2.1\", \"source_port\": 443, "
        "\"tags\": [\"classification:scanner\"], "
        "\"category\": \"connection\", \"type\": \"port_scan\", \"protocol\": \"tcp\", "
        "\"first_seen\": \"2026-11-20T03:04:05Z\", "
        "\"evidence\": [{\"content_type\": \"text/csv\", \"description\": \"the event's data\", "
        "\"payload\": \"eA==\", \"hash\": \"sha256:"
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\", \"size\": 1}]}\n");
}

static void test_not_expressible(void)
{
    static const struct {
        const gchar *type;
        const gchar *message;
    } cases[] = {
        {"test", "event 17 cannot be expressed as a report: no kind of report is for it"},
        {"phishing", "event 17 cannot be expressed as a report: no kind of report is for it"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(make(cases[i].type, "x", &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

static void test_lack_is_named(void)
{
    g_autoptr(MgEvents) events = make_event("scanner");
    g_autoptr(GError) error = NULL;

    events->cells[0] = NULL; /* time.source */
    g_assert_null(mg_xarf_make(mg_mapping_reader_shipped(MG_MAPPING_TARGET_XARF_4), &reporter,
                               events, 0, "ID", "x", &error));
    g_assert_cmpstr(error->message, ==,
                    "event 17 cannot be expressed as a report: connection/port_scan lacks "
                    "timestamp, connection/vulnerability_scan lacks timestamp");
}

static void test_evidence_has_a_limit(void)
{
    g_autofree gchar *largest = g_strnfill(5242880, 'a');
    g_autofree gchar *too_large = g_strnfill(5242881, 'a');
    g_autoptr(MgXarfReport) with = make("scanner", largest, NULL);
    g_autoptr(MgXarfReport) without = make("scanner", too_large, NULL);

    g_assert_nonnull(strstr(with->json, "\"size\": 5242880}"));
    g_assert_null(strstr(without->json, "evidence"));
}

static void test_report_id(void)
{
    g_autofree gchar *id = mg_xarf_report_id("intelmq", "20261120-10000001", 17);
    g_autofree gchar *again = mg_xarf_report_id("intelmq", "20261120-10000001", 17);
    g_autofree gchar *other = mg_xarf_report_id("intelmq", "20261120-10000001", 18);

    g_assert_true(g_uuid_string_is_valid(id));
    g_assert_cmpint(id[14], ==, '5');
    g_assert_cmpstr(id, ==, again);
    g_assert_cmpstr(id, !=, other);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xarf/report", test_report);
    g_test_add_func("/xarf/not-expressible", test_not_expressible);
    g_test_add_func("/xarf/lack-is-named", test_lack_is_named);
    g_test_add_func("/xarf/evidence-has-a-limit", test_evidence_has_a_limit);
    g_test_add_func("/xarf/report-id", test_report_id);
    return g_test_run();
}
