/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_scope.h"

#include "yaml_case.h"

static void add_substitutions(MgYamlScope *scope, const gchar *text)
{
    YamlCase yaml = yaml_case_read(text);

    mg_yaml_substitutions_read(&scope->substitutions, yaml.tree->root, "'substitutions'",
                               yaml.complaints);
    yaml_case_assert_complaints(&yaml, "");
    yaml_case_clear(&yaml);
}

/* What is added wins, and lives on without the scope that it came from. */
static void test_update(void)
{
    g_autoptr(MgYamlScope) scope = mg_yaml_scope_new();
    MgYamlScope *other = mg_yaml_scope_new();
    g_autoptr(MgGroup) group = yaml_case_group(NULL);
    g_autoptr(MgPairs) texts = NULL;
    const gchar *text = NULL;

    g_hash_table_insert(scope->titles, g_strdup("source.ip"), g_strdup("ip"));
    g_hash_table_insert(scope->titles, g_strdup("source.asn"), g_strdup("asn"));
    add_substitutions(scope, "{a: one, b: two}");
    g_hash_table_insert(other->titles, g_strdup("source.ip"), g_strdup("address"));
    add_substitutions(other, "{b: three, c: four}");
    mg_yaml_scope_update(scope, other);
    mg_yaml_scope_free(other);

    g_assert_cmpstr(g_hash_table_lookup(scope->titles, "source.ip"), ==, "address");
    g_assert_cmpstr(g_hash_table_lookup(scope->titles, "source.asn"), ==, "asn");
    texts = mg_yaml_substitutions_evaluate(scope->substitutions, group, NULL);
    g_assert_cmpuint(mg_pairs_count(texts), ==, 3);
    g_assert_true(mg_pairs_lookup(texts, "b", &text));
    g_assert_cmpstr(text, ==, "three");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/yaml-scope/update", test_update);
    return g_test_run();
}
