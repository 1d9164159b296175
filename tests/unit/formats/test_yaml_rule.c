/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_rule.h"

#include "yaml_case.h"

typedef struct {
    MgYamlRule *rule;
    MgYamlScope *scope;
    gchar *complaints;
} RuleCase;

static RuleCase read_rule(const gchar *text)
{
    YamlCase yaml = yaml_case_read(text);
    YamlCase shared = yaml_case_read("{signature: of the file, other: of the file}");
    RuleCase result = {NULL};

    result.scope = mg_yaml_scope_new();
    g_hash_table_insert(result.scope->titles, g_strdup("source.asn"), g_strdup("asn"));
    mg_yaml_substitutions_read(&result.scope->substitutions, shared.tree->root, "'substitutions'",
                               shared.complaints);
    result.rule =
        mg_yaml_rule_read(yaml.tree->root, "F:1", "/nonexistent", result.scope, yaml.complaints);
    result.complaints = yaml_case_complaints(&yaml);
    yaml_case_clear(&shared);
    yaml_case_clear(&yaml);
    return result;
}

static void rule_case_clear(RuleCase *rule_case)
{
    mg_yaml_rule_free(rule_case->rule);
    mg_yaml_scope_free(rule_case->scope);
    g_free(rule_case->complaints);
}

static MgDecision *decide(const gchar *text, const MgGroup *group, GError **error)
{
    RuleCase rule_case = read_rule(text);
    MgDecision *decision = NULL;

    g_test_message("%s", text);
    g_assert_cmpstr(rule_case.complaints, ==, "");
    g_assert_true(mg_yaml_rule_matches(rule_case.rule, group));
    decision = mg_yaml_rule_decide(rule_case.rule, group, G_USEC_PER_SEC, error);
    /* A request borrows its table of the rule, which is gone after this. */
    if (decision != NULL && decision->request != NULL &&
        decision->request->table != mg_table_builtin())
        decision->request->table = NULL;
    rule_case_clear(&rule_case);
    return decision;
}

static void test_defaults(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgDecision) decision = decide("{match: {}}", group, NULL);
    const MgRequest *request = decision->request;
    const gchar *text = NULL;

    g_assert_cmpint(decision->answer, ==, MG_ANSWER_REQUEST);
    g_assert_cmpstr(decision->format_name, ==, "F:1");
    g_assert_cmpstr(request->format_name, ==, "F:1");
    g_assert_true(request->table == mg_table_builtin());
    g_assert_cmpint(request->form, ==, MG_FORM_INLINE);
    g_assert_cmpstr(request->attachment_name, ==, "events.csv");
    g_assert_false(request->quote_formulas);
    g_assert_false(request->mark_order);
    g_assert_null(request->template_name); /* the directive's */
    g_assert_null(request->subject);
    g_assert_null(request->body);
    g_assert_cmpuint(request->copies->len, ==, 0);
    g_assert_true(mg_pairs_lookup(request->substitutions, "signature", &text));
    g_assert_cmpstr(text, ==, "of the file");
}

static void test_all(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgDecision) decision = decide("name: all\n"
                                            "match: {notification_format: shadowserver}\n"
                                            "postpone: {newest_directive_age: 0s}\n"
                                            "data: attachment\n"
                                            "attachment_name: report.csv\n"
                                            "formulas: quoted\n"
                                            "bom: true\n"
                                            "template: isp/some_name\n"
                                            "columns: [source.asn]\n"
                                            "copies: [envelope_to: a@b.example]\n"
                                            "substitutions: {signature: own}\n",
                                            group, NULL);
    const MgRequest *request = decision->request;
    const gchar *text = NULL;

    g_assert_cmpstr(decision->format_name, ==, "all");
    g_assert_cmpint(request->form, ==, MG_FORM_ATTACHMENT);
    g_assert_cmpstr(request->attachment_name, ==, "report.csv");
    g_assert_true(request->quote_formulas);
    g_assert_true(request->mark_order);
    g_assert_cmpstr(request->template_name, ==, "isp/some_name");
    g_assert_null(request->table);
    g_assert_cmpuint(request->copies->len, ==, 1);
    g_assert_true(mg_pairs_lookup(request->substitutions, "signature", &text));
    g_assert_cmpstr(text, ==, "own");
    g_assert_true(mg_pairs_lookup(request->substitutions, "other", &text));
    g_assert_cmpstr(text, ==, "of the file");
}

static void test_subject_and_body(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgDecision) decision = decide("match: {}\n"
                                            "subject: |\n  CB-Report#${ticket_number}\n"
                                            "body: |\n\n  Dear $name,\n   $$5\n\n",
                                            group, NULL);

    g_assert_null(decision->request->template_name);
    g_assert_cmpstr(decision->request->subject, ==, "CB-Report#${ticket_number}");
    g_assert_cmpstr(decision->request->body, ==, "Dear $name,\n $$5\n");
}

static void test_tables(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    RuleCase listed = read_rule("{match: {}, tables: {csv_Open-SNMP: [source.asn], b: [x]}}");
    RuleCase unlisted = read_rule("{match: {}, tables: {csv_open-snmp: [source.asn]}}");
    g_autoptr(MgDecision) decision = NULL;

    g_assert_true(mg_yaml_rule_matches(listed.rule, group));
    g_assert_false(mg_yaml_rule_matches(unlisted.rule, group));
    decision = mg_yaml_rule_decide(listed.rule, group, 0, NULL);
    g_assert_cmpstr(decision->request->table->name, ==, "csv_Open-SNMP");
    g_assert_cmpstr(decision->request->table->columns[0].title, ==, "asn");
    rule_case_clear(&listed);
    rule_case_clear(&unlisted);
}

static void test_report(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    RuleCase rule_case =
        read_rule("{match: {}, report: x-arf-0.2, signed: true, when_not_expressible: pass}");
    g_autoptr(MgDecision) decision = mg_yaml_rule_decide(rule_case.rule, group, 0, NULL);
    const MgReportForm *form = decision->request->report;
    const MgReportFormSite site = {.signs = TRUE};
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(form->kind, ==, MG_MAPPING_TARGET_X_ARF_0_2);
    g_assert_true(form->is_signed);
    g_assert_true(form->passes);
    g_assert_null(form->mapping);
    g_assert_false(mg_yaml_rule_check_site(rule_case.rule, &site, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_cmpstr(
        error->message, ==,
        "format 'F:1' cannot make reports: the configuration has no 'xarf_reportdomain'");
    rule_case_clear(&rule_case);
}

static void test_postponed(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgDecision) decision =
        decide("{name: x, match: {}, postpone: {newest_directive_age: 1h}}", group, NULL);

    g_assert_cmpint(decision->answer, ==, MG_ANSWER_POSTPONED);
    g_assert_cmpstr(decision->format_name, ==, "x");
    g_assert_cmpint(decision->postponed_until, ==, 3600 * (gint64)G_USEC_PER_SEC);
    g_assert_cmpstr(decision->postponed_because, ==,
                    "newest directive 1970-01-01 00:00:00+00:00 + 1 hour");
    g_assert_null(decision->request);
}

static void test_failures(void)
{
    const gchar *const aggregate[] = {"time.observation=?", NULL};
    const gchar *const rules[] = {
        "{name: x, match: {}, postpone: {observation_age: 1h}}",
        "{name: x, match: {}, substitutions: {a: [text: $source.asn]}}",
    };
    g_autoptr(MgGroup) group = yaml_case_group(aggregate);

    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(decide(rules[i], group, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_true(g_str_has_prefix(error->message, "format 'x': "));
    }
}

static const struct {
    const gchar *rule;
    const gchar *complaints;
} mistakes[] = {
    {"a", "F:1:1: a format must be a mapping (lines of the form \"key: value\"), but is 'a'"},
    {"{name: x}", "F:1:1: a format has no 'match'; write \"match: {}\" for one that answers for "
                  "every directive"},
    {"{match: {}, tabels: {}}", "F:1:13: unknown key 'tabels' in a format; did you mean 'tables'?"},
    {"{match: {}, titles: {}}", "F:1:13: unknown key 'titles' in a format; did you mean 'tables'?"},
    {"{match: {}, name: \"a\\nb\"}", "F:1:19: 'name' must be one line of text"},
    {"{match: {}, name: ''}", "F:1:19: 'name' must be one line of text"},
    {"{match: {}, data: csv}",
     "F:1:19: 'data' must be inline, attachment, zip or by_size, but is 'csv'"},
    {"{match: {}, by_size: {}}", "F:1:22: 'by_size' needs \"data: by_size\" beside it"},
    {"{match: {}, data: [{data: by_size}], by_size: {zip: false}}", ""},
    {"{match: {}, report: xarf-4, data: by_size, by_size: {}}",
     "F:1:35: 'data' and 'report' exclude each other; keep one of them\n"
     "F:1:53: 'by_size' and 'report' exclude each other; keep one of them"},
    {"{match: {data_form: zip}}",
     "F:1:10: unknown key 'data_form' in 'match'; known are: notification_format, template_name, "
     "event_data_format, recipient_address, aggregate.KEY"},
    {"{match: {}, template: ../x}",
     "F:1:23: 'template' must name a file inside the template directory, but is '../x'"},
    {"{match: {}, template: sub//x}",
     "F:1:23: 'template' must name a file inside the template directory, but is 'sub//x'"},
    {"{match: {}, template: ''}",
     "F:1:23: 'template' must name a file inside the template directory, but is ''"},
    {"{match: {}, template: /etc/passwd}",
     "F:1:23: 'template' must name a file inside the template directory, but is '/etc/passwd'"},
    {"{match: {}, attachment_name: '..'}",
     "F:1:30: 'attachment_name' must be a plain file name without slashes, of at most 200 bytes, "
     "but is '..'"},
    {"{match: {}, attachment_name: \"a\\r\\nb\"}",
     "F:1:30: 'attachment_name' must be a plain file name without slashes, of at most 200 bytes, "
     "but is 'a\\x0d\\x0ab'"},
    {"{match: {}, formulas: quote}", "F:1:23: 'formulas' must be as_is or quoted, but is 'quote'"},
    {"{match: {}, bom: 1}", "F:1:18: 'bom' must be true or false, without quotes, but is '1'"},
    {"{match: {}, subject: x}", "F:1:22: 'subject' needs 'body' beside it"},
    {"{match: {}, body: x}", "F:1:19: 'body' needs 'subject' beside it"},
    {"{match: {}, template: x, subject: x, body: x}",
     "F:1:23: 'template' and 'subject' exclude each other; keep one of them"},
    {"match: {}\nsubject: CERT #${ticket_number}\nbody: $a # no $b\n",
     "F:2:10: in 'subject', what stands behind the '#' is a comment; put the text into quotes\n"
     "F:3:7: in 'body', what stands behind the '#' is a comment; put the text into quotes"},
    {"match: {}\nsubject: '#$a' # $b\nbody: b # plain\n", ""},
    {"{match: {}, subject: \"a\\nb\", body: x}", "F:1:22: 'subject' must be one line of text"},
    {"{match: {}, subject: ' ', body: x}", "F:1:22: 'subject' must be one line of text"},
    {"{match: {}, subject: 5 $, body: $ 5}",
     "F:1:22: the '$' at '$' in 'subject' begins no name; write \"$$\" for a dollar sign\n"
     "F:1:33: the '$' at '$ 5' in 'body' begins no name; write \"$$\" for a dollar sign"},
    {"{match: {}, report: xarf}", "F:1:21: 'report' must be xarf-4 or x-arf-0.2, but is 'xarf'"},
    {"{match: {}, fields: {kinds: []}, signed: true, when_not_expressible: fail}",
     "F:1:21: 'fields' needs 'report' beside it\n"
     "F:1:42: 'signed' needs 'report' beside it\n"
     "F:1:70: 'when_not_expressible' needs 'report' beside it"},
    {"{match: {}, report: xarf-4, data: inline, attachment_name: a, formulas: quoted, bom: true}",
     "F:1:35: 'data' and 'report' exclude each other; keep one of them\n"
     "F:1:60: 'attachment_name' and 'report' exclude each other; keep one of them\n"
     "F:1:73: 'formulas' and 'report' exclude each other; keep one of them\n"
     "F:1:86: 'bom' and 'report' exclude each other; keep one of them"},
    {"{match: {}, report: xarf-4, copies: [{envelope_to: a@b.example}, {envelope_to: c@d.example, data: "
     "inline}]}",
     "F:1:99: 'data' of a copy and 'report' exclude each other; keep one of them"},
    {"{match: {}, copies: [{envelope_to: a@b.example, data: inline}]}", ""},
    {"{match: {}, report: xarf-4, signed: yes, when_not_expressible: skip}",
     "F:1:37: 'signed' must be true or false, without quotes, but is 'yes'\n"
     "F:1:64: 'when_not_expressible' must be pass or fail, but is 'skip'"},
    {"{match: {}, report: x-arf-0.2, columns: [source.ip], signed: true}", ""},
    {"{match: {}, columns: [a], tables: {b: [c]}}",
     "F:1:22: 'columns' and 'tables' exclude each other; keep one of them"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        RuleCase rule_case = read_rule(mistakes[i].rule);
        g_test_message("%s", mistakes[i].rule);
        g_assert_cmpstr(rule_case.complaints, ==, mistakes[i].complaints);
        rule_case_clear(&rule_case);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-rule/defaults", test_defaults);
    g_test_add_func("/yaml-rule/all", test_all);
    g_test_add_func("/yaml-rule/subject-and-body", test_subject_and_body);
    g_test_add_func("/yaml-rule/tables", test_tables);
    g_test_add_func("/yaml-rule/report", test_report);
    g_test_add_func("/yaml-rule/postponed", test_postponed);
    g_test_add_func("/yaml-rule/failures", test_failures);
    g_test_add_func("/yaml-rule/mistakes", test_mistakes);
    return g_test_run();
}
