/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/node.h"

#include <string.h>

guint mg_node_count(const MgNode *node)
{
    return node->values->len;
}

const MgNode *mg_node_key(const MgNode *map, guint index)
{
    return g_ptr_array_index(map->keys, index);
}

const MgNode *mg_node_value(const MgNode *map_or_list, guint index)
{
    return g_ptr_array_index(map_or_list->values, index);
}

const MgNode *mg_node_lookup(const MgNode *map, const gchar *key)
{
    const MgNode wanted = {.text = (gchar *)key, .length = strlen(key)};

    for (guint i = 0; i < map->keys->len; i++)
        if (mg_node_equal(mg_node_key(map, i), &wanted))
            return mg_node_value(map, i);
    return NULL;
}

gchar *mg_node_place(const MgNode *node)
{
    return g_strdup_printf("%s:%u:%u", node->filename, MAX(node->line, 1), MAX(node->column, 1));
}

guint mg_node_hash(gconstpointer key)
{
    const MgNode *node = key;
    const GString text = {.str = node->text, .len = node->length};

    return g_string_hash(&text);
}

gboolean mg_node_equal(gconstpointer key, gconstpointer other_key)
{
    const MgNode *node = key;
    const MgNode *other = other_key;

    return node->length == other->length && memcmp(node->text, other->text, node->length) == 0;
}

gboolean mg_node_is_string(const MgNode *node)
{
    return node->kind == MG_NODE_TEXT && !node->is_plain;
}

gboolean mg_node_is_c_string(const MgNode *node)
{
    return mg_node_is_string(node) && strlen(node->text) == node->length;
}

gboolean mg_node_is_boolean(const MgNode *node)
{
    return node->kind == MG_NODE_TEXT && node->is_plain &&
           (g_str_equal(node->text, "true") || g_str_equal(node->text, "false"));
}

gboolean mg_node_is_integer(const MgNode *node)
{
    return node->kind == MG_NODE_TEXT && node->is_plain && !mg_node_is_boolean(node) &&
           strpbrk(node->text, ".eE") == NULL;
}

const gchar *mg_node_type_name(const MgNode *node)
{
    if (node->kind == MG_NODE_LIST)
        return "a list";
    if (node->kind == MG_NODE_MAP)
        return "an object";
    if (node->kind != MG_NODE_TEXT)
        return "null";
    if (!node->is_plain)
        return "a string";
    if (mg_node_is_boolean(node))
        return "a boolean";
    return mg_node_is_integer(node) ? "an integer" : "a number";
}
