/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_match.h"

#include "yaml_case.h"

static const gchar *const aggregate[] = {"source.asn=64496",
                                         "time.observation=2026-11-20T03:00:00+00:00",
                                         "recipient_group=Grüße",
                                         "empty=",
                                         "null",
                                         NULL};

static const struct {
    const gchar *match;
    gboolean holds;
} cases[] = {
    {"{}", TRUE},
    {"{notification_format: shadowserver}", TRUE},
    {"{notification_format: Shadowserver}", FALSE},
    {"{notification_format: shadow}", FALSE},
    {"{notification_format: shadow*}", TRUE},
    {"{notification_format: '*server'}", TRUE},
    {"{notification_format: '*dow*er'}", TRUE},
    {"{notification_format: '*dow*x*er'}", FALSE},
    {"{notification_format: '****'}", TRUE},
    {"{notification_format: sh?dowserver}", TRUE},
    {"{notification_format: shadowserver?}", FALSE},
    {"{notification_format: shadowserver*}", TRUE},
    {"{notification_format: '[a-z]*'}", FALSE},
    {"{notification_format: [other, shadowserver]}", TRUE},
    {"{notification_format: [other, 'sha*']}", TRUE},
    {"{notification_format: [other, another]}", FALSE},
    {"{notification_format: shadowserver, event_data_format: csv_Open-SNMP}", TRUE},
    {"{notification_format: shadowserver, event_data_format: csv_other}", FALSE},
    {"{template_name: directive_template, recipient_address: '*@isp.example'}", TRUE},
    {"{recipient_address: '*@other.example'}", FALSE},
    {"{aggregate.source.asn: 64496}", TRUE},
    {"{aggregate.source.asn: '64496'}", TRUE},
    {"{aggregate.source.asn: '*'}", TRUE},
    {"{aggregate.source.asn: \"?????\"}", TRUE},
    {"{aggregate.source.asn: \"????\"}", FALSE},
    {"{aggregate.cidr: '*'}", FALSE},
    {"{aggregate.cidr: [a, '*']}", FALSE},
    {"{aggregate.recipient_group: Gr??e}", TRUE},
    {"{aggregate.recipient_group: '*ße'}", TRUE},
    {"{aggregate.empty: '*'}", TRUE},
    {"{aggregate.empty: ''}", TRUE},
    {"{aggregate.empty: '?'}", FALSE},
    {"{aggregate.null: '*'}", TRUE},
    {"{aggregate.null: None}", TRUE},
};

static void test_holds(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(aggregate);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        YamlCase yaml = yaml_case_read(cases[i].match);
        g_autoptr(MgYamlMatch) match = mg_yaml_match_new();
        g_test_message("%s", cases[i].match);
        mg_yaml_match_read(&match, yaml.tree->root, "'match'", yaml.complaints);
        yaml_case_assert_complaints(&yaml, "");
        g_assert_cmpint(mg_yaml_match_holds(match, group, NULL), ==, cases[i].holds);
        yaml_case_clear(&yaml);
    }
}

#define KNOWN                                                                                      \
    "known are: notification_format, template_name, event_data_format, recipient_address, "        \
    "aggregate.KEY"

static const struct {
    const gchar *match;
    const gchar *complaints;
} mistakes[] = {
    {"[a]", "F:1:1: 'match' must be a mapping (lines of the form \"key: value\"), but is a list"},
    {"{feed.code: x}", "F:1:2: unknown key 'feed.code' in 'match'; " KNOWN},
    {"{aggregate: x}", "F:1:2: unknown key 'aggregate' in 'match'; " KNOWN},
    {"{aggregate.: x}", "F:1:2: unknown key 'aggregate.' in 'match'; " KNOWN},
    {"{notification_fromat: x}",
     "F:1:2: unknown key 'notification_fromat' in 'match'; did you mean 'notification_format'?"},
    {"{template_name:x}",
     "F:1:2: unknown key 'template_name:x' in 'match'; is a space missing after the colon?"},
    {"{template_name: {a: b}}", "F:1:17: 'template_name' must be a text or a list of texts"},
    {"{template_name: []}", "F:1:17: an empty list for 'template_name' never matches"},
    {"{template_name: }", "F:1:2: 'template_name' must be a text, but is left empty"},
    {"{template_name: [a, [b]]}",
     "F:1:21: an entry of 'template_name' must be a text, but is a list"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        YamlCase yaml = yaml_case_read(mistakes[i].match);
        g_autoptr(MgYamlMatch) match = mg_yaml_match_new();
        mg_yaml_match_read(&match, yaml.tree->root, "'match'", yaml.complaints);
        yaml_case_assert_complaints(&yaml, mistakes[i].complaints);
        yaml_case_clear(&yaml);
    }
}

/* Backtracking over all stars would take longer than the sun has left. */
static void test_wildcards_are_fast(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlMatch) match = mg_yaml_match_new();
    YamlCase yaml = yaml_case_read("{template_name: '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'}");

    g_free(group->template_name);
    group->template_name = g_strnfill(10000, 'a');
    mg_yaml_match_read(&match, yaml.tree->root, "'match'", yaml.complaints);
    g_assert_false(mg_yaml_match_holds(match, group, NULL));
    yaml_case_clear(&yaml);
}

/* The database promises UTF-8; where it does not hold, nothing is read past the text's end. */
static void test_broken_text(void)
{
    const gchar *const broken[] = {"x=\xc3", NULL};
    g_autoptr(MgGroup) group = yaml_case_group(broken);
    g_autoptr(MgYamlMatch) match = mg_yaml_match_new();
    YamlCase yaml = yaml_case_read("{aggregate.x: [\"??\", '*?', '?']}");

    mg_yaml_match_read(&match, yaml.tree->root, "'match'", yaml.complaints);
    g_assert_true(mg_yaml_match_holds(match, group, NULL));
    yaml_case_clear(&yaml);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-match/holds", test_holds);
    g_test_add_func("/yaml-match/mistakes", test_mistakes);
    g_test_add_func("/yaml-match/wildcards-are-fast", test_wildcards_are_fast);
    g_test_add_func("/yaml-match/broken-text", test_broken_text);
    return g_test_run();
}
