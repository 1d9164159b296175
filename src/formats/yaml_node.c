/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_node.h"

guint mg_yaml_node_count(const MgYamlNode *node)
{
    return node->values->len;
}

const MgYamlNode *mg_yaml_node_key(const MgYamlNode *map, guint index)
{
    return g_ptr_array_index(map->keys, index);
}

const MgYamlNode *mg_yaml_node_value(const MgYamlNode *map_or_list, guint index)
{
    return g_ptr_array_index(map_or_list->values, index);
}

const MgYamlNode *mg_yaml_node_lookup(const MgYamlNode *map, const gchar *key)
{
    for (guint i = 0; i < map->keys->len; i++)
        if (g_str_equal(mg_yaml_node_key(map, i)->text, key))
            return mg_yaml_node_value(map, i);
    return NULL;
}
