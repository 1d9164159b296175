/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/xarf_profile.h"

static void test_find(void)
{
    const MgXarfProfile *profile = mg_xarf_profile_find("connection", "ddos");

    g_assert_cmpstr(mg_xarf_profile_name(profile), ==, "connection/ddos");
    g_assert_null(mg_xarf_profile_find("connection", "cve"));
    g_assert_null(mg_xarf_profile_find("", ""));
}

static void test_required(void)
{
    static const struct {
        const gchar *category;
        const gchar *type;
        const gchar *protocol;
        const gchar *required; /* besides those of every report */
    } cases[] = {
        {"infrastructure", "botnet", NULL, "compromise_evidence"},
        {"vulnerability", "cve", NULL, "service service_port cve_id"},
        {"connection", "login_attack", "tcp", "protocol first_seen source_port"},
        {"messaging", "spam", "other", "protocol"},
        {"messaging", "spam", NULL, "protocol"},
        {"messaging", "spam", "smtp", "protocol smtp_from source_port"},
        {"content", "exposed_data", NULL, "url data_types exposure_method"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgXarfProfile *profile = mg_xarf_profile_find(cases[i].category, cases[i].type);
        g_autofree const gchar **required = mg_xarf_profile_required(profile, cases[i].protocol);
        g_autofree gchar *joined = g_strjoinv(" ", (gchar **)required);
        g_autofree gchar *expected =
            g_strconcat("timestamp source_identifier category type ", cases[i].required, NULL);
        g_assert_cmpstr(joined, ==, expected);
    }
}

static void test_own(void)
{
    g_assert_true(mg_xarf_profile_is_own("report_id"));
    g_assert_true(mg_xarf_profile_is_own("_internal.x"));
    g_assert_true(mg_xarf_profile_is_own("reporter.org"));
    g_assert_false(mg_xarf_profile_is_own("reporters"));
    g_assert_false(mg_xarf_profile_is_own("source_identifier"));
}

static void test_allows(void)
{
    static const struct {
        const gchar *category;
        const gchar *type;
        const gchar *target;
        const gchar *value;
        gboolean allowed;
    } cases[] = {
        {"connection", "ddos", "source_port", "1", TRUE},
        {"connection", "ddos", "source_port", "65535", TRUE},
        {"connection", "ddos", "source_port", "0", FALSE},
        {"connection", "ddos", "source_port", "65536", FALSE},
        {"connection", "ddos", "source_port", "99999999999999999999", FALSE},
        {"connection", "ddos", "source_port", "", FALSE},
        {"connection", "ddos", "source_port", "1.0", FALSE},
        {"connection", "ddos", "protocol", "sctp", TRUE},
        {"connection", "ddos", "protocol", "mixed", FALSE},
        {"connection", "vulnerability_scan", "protocol", "mixed", TRUE},
        {"connection", "ddos", "evidence_source", "spamtrap", FALSE},
        {"connection", "port_scan", "evidence_source", "spamtrap", TRUE},
        {"connection", "ddos", "confidence", "0.955", TRUE},
        {"connection", "ddos", "confidence", "1.1", FALSE},
        {"connection", "ddos", "confidence", "1.", FALSE},
        {"connection", "ddos", "confidence", "0x1", FALSE},
        {"connection", "ddos", "confidence", "nan", FALSE},
        {"connection", "ddos", "first_seen", "2026-11-20T03:04:05Z", TRUE},
        {"connection", "ddos", "first_seen", "2026-11-20T03:04:05.123456Z", TRUE},
        {"connection", "ddos", "first_seen", "2026-11-20T03:04:05+00:00", FALSE},
        {"connection", "ddos", "first_seen", "2026-11-20 03:04:05Z", FALSE},
        {"connection", "ddos", "first_seen", "2026-13-20T03:04:05Z", FALSE},
        {"connection", "ddos", "destination_ip", "192.0.2.1", TRUE},
        {"connection", "ddos", "destination_ip", "2001:db8::1", TRUE},
        {"connection", "ddos", "destination_ip", "192.0.2.0/24", FALSE},
        {"connection", "ddos", "destination_ip", "fe80::1%eth0", FALSE},
        {"connection", "ddos", "destination_ip", "a.example", FALSE},
        {"connection", "ddos", "tags", "malware:c++", TRUE},
        {"connection", "ddos", "tags", "malware:", FALSE},
        {"connection", "ddos", "tags", "Malware:a", FALSE},
        {"connection", "ddos", "tags", "a:b:c", FALSE},
        {"connection", "ddos", "tags", "-a:b", FALSE},
        {"connection", "ddos", "unheard_of", "", TRUE},
        {"content", "malware", "url", "http://a/", TRUE},
        {"content", "malware", "url", "http://a/ b", FALSE},
        {"content", "malware", "url", "a/b", FALSE},
        {"content", "malware", "file_hashes.md5", "0123456789abcdefABCDEF0123456789", TRUE},
        {"content", "malware", "file_hashes.md5", "0123456789abcdefABCDEF012345678", FALSE},
        {"content", "malware", "file_hashes.md5", "0123456789abcdefABCDEF012345678g", FALSE},
        {"messaging", "spam", "smtp_from", "a@b.example", TRUE},
        {"messaging", "spam", "smtp_from", "A <a@b.example>", FALSE},
        {"messaging", "spam", "smtp_from", "@b", FALSE},
        {"messaging", "spam", "smtp_from", "a@b\n", FALSE},
        {"vulnerability", "cve", "cve_id", "CVE-2026-1234", TRUE},
        {"vulnerability", "cve", "cve_id", "cve-2026-1234", FALSE},
        {"vulnerability", "cve", "cve_id", "CVE-2026-", FALSE},
        {"vulnerability", "cve", "cve_id", "CVE-2026-12a", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const MgXarfProfile *profile = mg_xarf_profile_find(cases[i].category, cases[i].type);
        const MgXarfProfileProperty *property = mg_xarf_profile_property(profile, cases[i].target);

        g_test_message("%s %s", cases[i].target, cases[i].value);
        g_assert_true(mg_xarf_profile_allows(property, cases[i].value) == cases[i].allowed);
    }
}

static void test_length_counts_characters(void)
{
    const MgXarfProfile *profile = mg_xarf_profile_find("connection", "ddos");
    const MgXarfProfileProperty *property = mg_xarf_profile_property(profile, "description");
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < 1000; i++)
        g_string_append(text, "\xc3\xa4");
    g_assert_true(mg_xarf_profile_allows(property, text->str));
    g_string_append_c(text, 'a');
    g_assert_false(mg_xarf_profile_allows(property, text->str));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xarf-profile/find", test_find);
    g_test_add_func("/xarf-profile/required", test_required);
    g_test_add_func("/xarf-profile/own", test_own);
    g_test_add_func("/xarf-profile/allows", test_allows);
    g_test_add_func("/xarf-profile/length-counts-characters", test_length_counts_characters);
    return g_test_run();
}
