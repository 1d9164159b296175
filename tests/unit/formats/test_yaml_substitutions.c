/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_substitutions.h"

#include "yaml_case.h"

static const gchar list[] = "asn_or_cidr:\n"
                            "  - when: {aggregate.source.asn: \"*\"}\n"
                            "    text: \"about AS ${source.asn}, $$5\"\n"
                            "  - when: {aggregate.cidr: \"*\"}\n"
                            "    text: about CIDR $cidr\n";

static const struct {
    const gchar *name;
    const gchar *aggregate;
    const gchar *yaml;
    const gchar *expected;
} cases[] = {
    {"plain", NULL, "{a: b, c.d_E: '', _1: 5}", "a=b|c.d_E=|_1=5|"},
    {"a plain text stays as it is", "x=1", "{a: '$x ${x} $$ $'}", "a=$x ${x} $$ $|"},
    {"first choice", "source.asn=64496", list, "asn_or_cidr=about AS 64496, $5|"},
    {"second choice", "cidr=192.0.2.0/24", list, "asn_or_cidr=about CIDR 192.0.2.0/24|"},
    {"no choice", "other=1", list, "asn_or_cidr=|"},
    {"empty list", NULL, "{a: []}", "a=|"},
    {"a value is not expanded again", "source.asn=${cidr}", list,
     "asn_or_cidr=about AS ${cidr}, $5|"},
    {"a choice without when is the rest", "x=1",
     "a:\n- when: {aggregate.y: '*'}\n  text: y\n- text: rest\n", "a=rest|"},
};

static MgYamlSubstitutions *read_substitutions(const gchar *text, const gchar *complaints)
{
    YamlCase yaml = yaml_case_read(text);
    MgYamlSubstitutions *substitutions = mg_yaml_substitutions_new();

    mg_yaml_substitutions_read(&substitutions, yaml.tree->root, "'substitutions'", yaml.complaints);
    yaml_case_assert_complaints(&yaml, complaints);
    yaml_case_clear(&yaml);
    return substitutions;
}

static gchar *print(const MgPairs *pairs)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < mg_pairs_count(pairs); i++)
        g_string_append_printf(text, "%s=%s|", mg_pairs_name(pairs, i), mg_pairs_text(pairs, i));
    return g_string_free(text, FALSE);
}

static void test_evaluate(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const gchar *const aggregate[] = {cases[i].aggregate, NULL};
        g_autoptr(MgGroup) group = yaml_case_group(aggregate);
        g_autoptr(MgYamlSubstitutions) substitutions = read_substitutions(cases[i].yaml, "");
        g_autoptr(GError) error = NULL;
        g_autoptr(MgPairs) pairs = mg_yaml_substitutions_evaluate(substitutions, group, &error);
        g_autofree gchar *found = NULL;

        g_test_message("%s", cases[i].name);
        g_assert_no_error(error);
        found = print(pairs);
        g_assert_cmpstr(found, ==, cases[i].expected);
    }
}

/* What depends on the mail is left out until there is one. */
static void test_of_mail(void)
{
    static const gchar yaml[] = "plain: p\n"
                                "how:\n"
                                "- when: {data_form: [zip, attachment], part: '1'}\n"
                                "  text: first file of ${cidr}\n"
                                "- when: {n_parts: '*'}\n"
                                "  text: further\n";
    const gchar *const aggregate[] = {"cidr=192.0.2.0/24", NULL};
    g_autoptr(MgGroup) group = yaml_case_group(aggregate);
    g_autoptr(MgYamlSubstitutions) substitutions = read_substitutions(yaml, "");
    g_autoptr(MgYamlSubstitutions) plain = read_substitutions("plain: p\n", "");
    g_autoptr(MgPairs) names = mg_yaml_substitutions_evaluate(substitutions, group, NULL);
    g_autoptr(MgPairs) mail = mg_pairs_new();
    g_autofree gchar *before = print(names);
    g_autofree gchar *first = NULL;
    g_autofree gchar *further = NULL;

    g_assert_cmpstr(before, ==, "plain=p|");
    g_assert_true(mg_yaml_substitutions_need_mail(substitutions));
    g_assert_false(mg_yaml_substitutions_need_mail(plain));
    mg_pairs_set(mail, "data_form", "zip");
    mg_pairs_set(mail, "part", "1");
    mg_pairs_set(mail, "n_parts", "2");
    g_assert_true(mg_yaml_substitutions_evaluate_of_mail(substitutions, group, mail, names, NULL));
    first = print(names);
    g_assert_cmpstr(first, ==, "plain=p|how=first file of 192.0.2.0/24|");
    mg_pairs_set(mail, "part", "2");
    g_assert_true(mg_yaml_substitutions_evaluate_of_mail(substitutions, group, mail, names, NULL));
    further = print(names);
    g_assert_cmpstr(further, ==, "plain=p|how=further|");
}

static void test_unknown_name(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlSubstitutions) substitutions =
        read_substitutions("a: b\nc:\n- text: ok ${source.asn}\n", "");
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_yaml_substitutions_evaluate(substitutions, group, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "F:3: substitution 'c'"));
    g_assert_nonnull(strstr(error->message, "source.asn"));
}

static void test_update(void)
{
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgYamlSubstitutions) shared = read_substitutions("{a: 1, b: 2}", "");
    g_autoptr(MgYamlSubstitutions) own = read_substitutions("{b: 3, c: 4}", "");
    g_autoptr(MgYamlSubstitutions) all = mg_yaml_substitutions_new();
    g_autoptr(MgPairs) pairs = NULL;
    g_autofree gchar *found = NULL;

    mg_yaml_substitutions_update(all, shared);
    mg_yaml_substitutions_update(all, own);
    g_clear_pointer(&shared, mg_yaml_substitutions_free);
    pairs = mg_yaml_substitutions_evaluate(all, group, NULL);
    found = print(pairs);
    g_assert_cmpstr(found, ==, "a=1|b=3|c=4|");
}

static const struct {
    const gchar *yaml;
    const gchar *complaints;
} mistakes[] = {
    {"[a]", "F:1:1: 'substitutions' must be a mapping (lines of the form \"key: value\"), but is a "
            "list"},
    {"{a-b: c}", "F:1:2: the substitution name 'a-b' cannot stand in a template; it takes A-Z a-z "
                 "0-9 _ and . and begins with a letter or _"},
    {"{1a: c}", "F:1:2: the substitution name '1a' cannot stand in a template; it takes A-Z a-z "
                "0-9 _ and . and begins with a letter or _"},
    {"{events_as_csv: c}",
     "F:1:2: the name 'events_as_csv' always has the program's own text; choose another"},
    {"{a: {b: c}}",
     "F:1:5: the substitution 'a' must be a text or a list of entries with 'when' and 'text'"},
    {"{a: ~}", "F:1:5: the substitution 'a' must be a text, but is left empty"},
    {"{a: [b]}", "F:1:6: an entry of a substitution's list must be a mapping (lines of the form "
                 "\"key: value\"), but is 'b'"},
    {"{a: [{when: {}}]}", "F:1:6: an entry of a substitution's list has no 'text'"},
    {"{a: [{if: {}, text: b}]}",
     "F:1:7: unknown key 'if' in an entry of a substitution's list; known are: when, text"},
    {"{a: [{text: 'costs 5 $ now'}]}",
     "F:1:13: the '$' at '$ now' in 'text' begins no name; write \"$$\" for a dollar sign"},
    {"{a: [{text: \"${source.asn\\nis the number of it\"}]}",
     "F:1:13: the '$' at '${source.asn is the ' in 'text' begins no name; write \"$$\" for a "
     "dollar "
     "sign"},
    {"{a: [{text: '$$ $a. ${a.b} $5'}]}",
     "F:1:13: the '$' at '$5' in 'text' begins no name; write \"$$\" for a dollar sign"},
    {"{a: [{text: '${}'}]}",
     "F:1:13: the '$' at '${}' in 'text' begins no name; write \"$$\" for a dollar sign"},
};

static void test_mistakes(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(MgYamlSubstitutions) substitutions =
            read_substitutions(mistakes[i].yaml, mistakes[i].complaints);
        g_assert_nonnull(substitutions);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-substitutions/of-mail", test_of_mail);
    g_test_add_func("/yaml-substitutions/evaluate", test_evaluate);
    g_test_add_func("/yaml-substitutions/unknown-name", test_unknown_name);
    g_test_add_func("/yaml-substitutions/update", test_update);
    g_test_add_func("/yaml-substitutions/mistakes", test_mistakes);
    return g_test_run();
}
