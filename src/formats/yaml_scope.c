/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_scope.h"

MgYamlScope *mg_yaml_scope_new(void)
{
    MgYamlScope *scope = g_new(MgYamlScope, 1);

    scope->titles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    scope->substitutions = mg_yaml_substitutions_new();
    return scope;
}

void mg_yaml_scope_free(MgYamlScope *scope)
{
    if (scope == NULL)
        return;
    g_hash_table_unref(scope->titles);
    mg_yaml_substitutions_free(scope->substitutions);
    g_free(scope);
}

void mg_yaml_scope_update(MgYamlScope *scope, const MgYamlScope *other)
{
    GHashTableIter iterator;
    gpointer field;
    gpointer title;

    g_hash_table_iter_init(&iterator, other->titles);
    while (g_hash_table_iter_next(&iterator, &field, &title))
        g_hash_table_insert(scope->titles, g_strdup(field), g_strdup(title));
    mg_yaml_substitutions_update(scope->substitutions, other->substitutions);
}
