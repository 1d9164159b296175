/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/xarf_profile.h"

#include <string.h>

#define MOST_PROPERTIES 12
#define MOST_REQUIRED 6

struct MgXarfProfile {
    const gchar *category;
    const gchar *type;
    const gchar *name;
    const gchar *required[MOST_REQUIRED];
    MgXarfProfileProperty properties[MOST_PROPERTIES];
};

#define WORDS(...) ((const gchar *const[]){__VA_ARGS__, NULL})
#define ANY_TEXT(target)                                                                           \
    {                                                                                              \
        target, MG_XARF_PROFILE_TEXT, NULL, 0, 0, FALSE                                            \
    }
#define SHORT_TEXT(target, most)                                                                   \
    {                                                                                              \
        target, MG_XARF_PROFILE_TEXT, NULL, 0, most, FALSE                                         \
    }
#define ONE_OF(target, ...)                                                                        \
    {                                                                                              \
        target, MG_XARF_PROFILE_WORD, WORDS(__VA_ARGS__), 0, 0, FALSE                              \
    }
#define SOME_OF(target, ...)                                                                       \
    {                                                                                              \
        target, MG_XARF_PROFILE_WORD, WORDS(__VA_ARGS__), 0, 0, TRUE                               \
    }
#define OF_TYPE(target, type)                                                                      \
    {                                                                                              \
        target, type, NULL, 0, 0, FALSE                                                            \
    }
#define PORT(target)                                                                               \
    {                                                                                              \
        target, MG_XARF_PROFILE_INTEGER, NULL, 1, 65535, FALSE                                     \
    }
#define HASH(target, most)                                                                         \
    {                                                                                              \
        target, MG_XARF_PROFILE_DIGITS, NULL, 0, most, FALSE                                       \
    }

/* Of every report (xarf-core). */
static const MgXarfProfileProperty core[] = {
    OF_TYPE("timestamp", MG_XARF_PROFILE_TIME),
    ANY_TEXT("source_identifier"),
    PORT("source_port"),
    ANY_TEXT("category"),
    ANY_TEXT("type"),
    ANY_TEXT("evidence_source"),
    {"tags", MG_XARF_PROFILE_TAG, NULL, 0, 0, TRUE},
    {"confidence", MG_XARF_PROFILE_NUMBER, NULL, 0, 1, FALSE},
    SHORT_TEXT("description", 1000),
};

static const gchar *const core_required[] = {"timestamp", "source_identifier", "category", "type"};

/* clang-format off: a table */
#define CONNECTION(...)                                                                            \
    OF_TYPE("destination_ip", MG_XARF_PROFILE_IP), PORT("destination_port"),                       \
        ONE_OF("protocol", __VA_ARGS__), OF_TYPE("first_seen", MG_XARF_PROFILE_TIME),              \
        OF_TYPE("last_seen", MG_XARF_PROFILE_TIME)
#define CONTENT                                                                                    \
    OF_TYPE("url", MG_XARF_PROFILE_URI),                                                           \
        {"asn", MG_XARF_PROFILE_INTEGER, NULL, 1, G_MAXUINT32, FALSE}, ANY_TEXT("target_brand"),   \
        ONE_OF("verification_method", "manual", "automated_crawler", "user_report", "honeypot",    \
               "threat_intelligence")

static const MgXarfProfile profiles[] = {
    {"infrastructure",
     "botnet",
     "infrastructure/botnet",
     {"compromise_evidence"},
     {ANY_TEXT("compromise_evidence"), SHORT_TEXT("malware_family", 200), ANY_TEXT("c2_server"),
      ONE_OF("c2_protocol", "http", "https", "tcp", "udp", "dns", "irc", "p2p", "custom")}},
    {"infrastructure",
     "compromised_server",
     "infrastructure/compromised_server",
     {"compromise_method"},
     {ANY_TEXT("compromise_method")}},
    {"vulnerability",
     "cve",
     "vulnerability/cve",
     {"service", "service_port", "cve_id"},
     {SHORT_TEXT("service", 200), SHORT_TEXT("service_version", 100), PORT("service_port"),
      OF_TYPE("cve_id", MG_XARF_PROFILE_CVE),
      ONE_OF("evidence_source", "vulnerability_scan", "researcher_analysis", "automated_discovery",
             "penetration_testing"),
      ONE_OF("severity", "informational", "low", "medium", "high", "critical"),
      ONE_OF("risk_level", "info", "low", "medium", "high", "critical")}},
    {"vulnerability",
     "open_service",
     "vulnerability/open_service",
     {"service"},
     {ANY_TEXT("service")}},
    {"vulnerability",
     "misconfiguration",
     "vulnerability/misconfiguration",
     {"service"},
     {ANY_TEXT("service")}},
    /* The schema asks for the port only where the source is an address; without it nobody behind a
     * shared address can be found, so it is asked for always. */
    {"connection",
     "login_attack",
     "connection/login_attack",
     {"protocol", "first_seen", "source_port"},
     {CONNECTION("tcp", "udp", "icmp", "sctp")}},
    {"connection",
     "port_scan",
     "connection/port_scan",
     {"protocol", "first_seen", "source_port"},
     {CONNECTION("tcp", "udp", "icmp", "sctp")}},
    {"connection",
     "vulnerability_scan",
     "connection/vulnerability_scan",
     {"scan_type", "protocol", "first_seen"},
     {CONNECTION("tcp", "udp", "icmp", "mixed"), ANY_TEXT("scanner_signature"),
      ANY_TEXT("user_agent"),
      ONE_OF("scan_type", "port_scan", "vulnerability_scan", "version_detection",
             "os_fingerprinting", "service_enumeration", "web_vuln_scan", "directory_brute_force",
             "mixed")}},
    {"connection",
     "ddos",
     "connection/ddos",
     {"protocol", "first_seen", "source_port"},
     {CONNECTION("tcp", "udp", "icmp", "sctp"), ANY_TEXT("attack_vector"),
      ONE_OF("evidence_source", "firewall_logs", "ids_detection", "flow_analysis",
             "traffic_monitoring", "honeypot")}},
    {"content", "phishing", "content/phishing", {"url"}, {CONTENT}},
    {"content",
     "malware",
     "content/malware",
     {"url"},
     {CONTENT, ANY_TEXT("malware_family"), HASH("file_hashes.md5", 32),
      HASH("file_hashes.sha1", 40), HASH("file_hashes.sha256", 64),
      ANY_TEXT("file_hashes.ssdeep")}},
    {"content",
     "remote_compromise",
     "content/remote_compromise",
     {"url", "compromise_type"},
     {CONTENT, ONE_OF("compromise_type", "webshell", "backdoor", "defacement", "malicious_redirect",
                      "seo_spam", "cryptominer", "phishing_kit", "malware_host", "c2_server",
                      "proxy", "scanner", "other")}},
    {"content",
     "exposed_data",
     "content/exposed_data",
     {"url", "data_types", "exposure_method"},
     {CONTENT,
      SOME_OF("data_types", "personal_information", "credentials", "financial", "medical",
              "government_id", "email_addresses", "phone_numbers", "api_keys", "database_dumps",
              "source_code", "internal_documents", "customer_data", "employee_data",
              "intellectual_property", "other"),
      ONE_OF("exposure_method", "misconfigured_server", "open_directory", "database_exposure",
             "git_repository", "backup_file", "log_file", "cloud_storage", "paste_site",
             "forum_post", "ransomware_leak", "intentional_leak", "other")}},
    {"messaging",
     "spam",
     "messaging/spam",
     {"protocol"},
     {ONE_OF("protocol", "smtp", "sms", "whatsapp", "telegram", "signal", "chat", "social_media",
             "push_notification", "other"),
      OF_TYPE("smtp_from", MG_XARF_PROFILE_EMAIL), OF_TYPE("smtp_to", MG_XARF_PROFILE_EMAIL),
      SHORT_TEXT("subject", 500), SHORT_TEXT("message_id", 200), SHORT_TEXT("user_agent", 200),
      ONE_OF("evidence_source", "spamtrap", "user_complaint", "automated_filter", "honeypot",
             "content_analysis", "reputation_feed")}},
    {"reputation", "blocklist", "reputation/blocklist", {"threat_type"}, {ANY_TEXT("threat_type")}},
    {"reputation",
     "threat_intelligence",
     "reputation/threat_intelligence",
     {"threat_type"},
     {ANY_TEXT("threat_type")}},
    {"copyright",
     "copyright",
     "copyright/copyright",
     {"infringing_url"},
     {OF_TYPE("infringing_url", MG_XARF_PROFILE_URI), SHORT_TEXT("work_title", 500),
      SHORT_TEXT("rights_holder", 200), OF_TYPE("original_url", MG_XARF_PROFILE_URI)}},
};
/* clang-format on */

const MgXarfProfile *mg_xarf_profile_find(const gchar *category, const gchar *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(profiles); i++)
        if (g_str_equal(profiles[i].category, category) && g_str_equal(profiles[i].type, type))
            return &profiles[i];
    return NULL;
}

const gchar *mg_xarf_profile_name(const MgXarfProfile *profile)
{
    return profile->name;
}

const MgXarfProfileProperty *mg_xarf_profile_property(const MgXarfProfile *profile,
                                                      const gchar *target)
{
    for (gsize i = 0; i < MOST_PROPERTIES && profile->properties[i].target != NULL; i++)
        if (g_str_equal(profile->properties[i].target, target))
            return &profile->properties[i];
    for (gsize i = 0; i < G_N_ELEMENTS(core); i++)
        if (g_str_equal(core[i].target, target))
            return &core[i];
    return NULL;
}

gboolean mg_xarf_profile_is_own(const gchar *target)
{
    static const gchar *const own[] = {"xarf_version", "report_id",      "reporter", "sender",
                                       "evidence",     "legacy_version", "_internal"};
    g_autofree gchar *outer = g_strndup(target, strcspn(target, "."));

    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        if (g_str_equal(own[i], outer))
            return TRUE;
    return FALSE;
}

const gchar **mg_xarf_profile_required(const MgXarfProfile *profile, const gchar *protocol)
{
    const gchar **all = g_new0(const gchar *, G_N_ELEMENTS(core_required) + MOST_REQUIRED + 3);
    gsize n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(core_required); i++)
        all[n++] = core_required[i];
    for (gsize i = 0; i < MOST_REQUIRED && profile->required[i] != NULL; i++)
        all[n++] = profile->required[i];
    if (g_str_equal(profile->type, "spam") && g_strcmp0(protocol, "smtp") == 0) {
        all[n++] = "smtp_from";
        all[n++] = "source_port";
    }
    return all;
}

static gboolean is_word(const gchar *const *words, const gchar *value)
{
    return g_strv_contains(words, value);
}

static gboolean is_integer(const MgXarfProfileProperty *property, const gchar *value)
{
    gint64 number;

    return g_ascii_string_to_signed(value, 10, property->least, property->most, &number, NULL);
}

static gboolean is_number(const MgXarfProfileProperty *property, const gchar *value)
{
    gchar *end;
    gdouble number = g_ascii_strtod(value, &end);

    /* What strtod() takes and JSON does not begins or goes on with other characters. */
    return g_ascii_isdigit(*value) && *end == '\0' &&
           strspn(value, "0123456789.") == strlen(value) && value[strlen(value) - 1] != '.' &&
           number >= (gdouble)property->least && number <= (gdouble)property->most;
}

static gboolean is_time(const gchar *value)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(value, NULL);

    return time != NULL && strlen(value) >= 20 && value[10] == 'T' && g_str_has_suffix(value, "Z");
}

static gboolean is_ip(const gchar *value)
{
    return strchr(value, '%') == NULL && g_hostname_is_ip_address(value);
}

static gboolean is_uri(const gchar *value)
{
    g_autofree gchar *scheme = g_uri_parse_scheme(value);

    for (const gchar *at = value; *at != '\0'; at++)
        if (!g_ascii_isgraph(*at) || strchr("\"<>\\^`{|}", *at) != NULL)
            return FALSE;
    return scheme != NULL && value[strlen(scheme) + 1] != '\0';
}

static gboolean is_email(const gchar *value)
{
    const gchar *at = strrchr(value, '@');

    for (const gchar *character = value; *character != '\0'; character++)
        if (!g_ascii_isgraph(*character) || strchr("<>,;:\"\\()[]", *character) != NULL)
            return FALSE;
    return at != NULL && at > value && at[1] != '\0';
}

static gboolean is_half_of_tag(const gchar *text, gsize length)
{
    for (gsize i = 0; i < length; i++)
        if (!g_ascii_islower(text[i]) && !g_ascii_isdigit(text[i]) &&
            (i == 0 || text[i] == '\0' || strchr("_+-", text[i]) == NULL))
            return FALSE;
    return length > 0;
}

static gboolean is_tag(const gchar *value)
{
    gsize namespace = strcspn(value, ":");

    return value[namespace] == ':' && is_half_of_tag(value, namespace) &&
           is_half_of_tag(value + namespace + 1, strlen(value + namespace + 1));
}

static gboolean is_cve(const gchar *value)
{
    return strncmp(value, "CVE-", 4) == 0 && strspn(value + 4, "0123456789") == 4 &&
           value[8] == '-' && value[9] != '\0' &&
           strspn(value + 9, "0123456789") == strlen(value + 9);
}

static gboolean is_hex(const MgXarfProfileProperty *property, const gchar *value)
{
    return strlen(value) == (gsize)property->most &&
           strspn(value, "0123456789abcdefABCDEF") == (gsize)property->most;
}

static gboolean is_text(const MgXarfProfileProperty *property, const gchar *value)
{
    return property->most == 0 || g_utf8_strlen(value, -1) <= property->most;
}

gboolean mg_xarf_profile_allows(const MgXarfProfileProperty *property, const gchar *value)
{
    if (property == NULL)
        return TRUE;
    switch (property->type) {
    case MG_XARF_PROFILE_TEXT:
        return is_text(property, value);
    case MG_XARF_PROFILE_INTEGER:
        return is_integer(property, value);
    case MG_XARF_PROFILE_NUMBER:
        return is_number(property, value);
    case MG_XARF_PROFILE_WORD:
        return is_word(property->words, value);
    case MG_XARF_PROFILE_TIME:
        return is_time(value);
    case MG_XARF_PROFILE_IP:
        return is_ip(value);
    case MG_XARF_PROFILE_URI:
        return is_uri(value);
    case MG_XARF_PROFILE_EMAIL:
        return is_email(value);
    case MG_XARF_PROFILE_DIGITS:
        return is_hex(property, value);
    case MG_XARF_PROFILE_CVE:
        return is_cve(value);
    case MG_XARF_PROFILE_TAG:
        return is_tag(value);
    }
    return FALSE;
}
