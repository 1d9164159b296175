/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "report/x_arf.h"

#include "base/error.h"
#include "document/check.h"
#include "document/tree.h"
#include "report/plain_yaml.h"
#include "report/x_arf_schemas.h"

#include <string.h>

#define NAME_LIMIT 100 /* characters; a key of a report, see plain_yaml.h */

typedef struct {
    gchar *name;     /* as the report has it */
    gchar *key;      /* as values are named */
    gchar *type;     /* (nullable): any */
    gchar **words;   /* (nullable): any value */
    gchar *requires; /* (nullable): another property's name */
    gboolean is_optional;
} Property;

struct MgXArfSchema {
    GPtrArray *properties; /* of Property */
};

static void free_property(gpointer data)
{
    Property *property = data;

    g_free(property->name);
    g_free(property->key);
    g_free(property->type);
    g_strfreev(property->words);
    g_free(property->requires);
    g_free(property);
}

void mg_x_arf_schema_free(MgXArfSchema *schema)
{
    if (schema == NULL)
        return;
    g_ptr_array_unref(schema->properties);
    g_free(schema);
}

static const gchar *text_of(const MgNode *node)
{
    return node != NULL && node->kind == MG_NODE_TEXT ? node->text : NULL;
}

static gchar **read_words(const MgNode *list)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();

    if (list == NULL || list->kind != MG_NODE_LIST)
        return NULL;
    for (guint i = 0; i < mg_node_count(list); i++)
        if (text_of(mg_node_value(list, i)) != NULL)
            g_strv_builder_add(words, mg_node_value(list, i)->text);
    return g_strv_builder_end(words);
}

static Property *read_property(const gchar *name, const MgNode *node)
{
    Property *property = g_new0(Property, 1);

    property->name = g_strdup(name);
    property->key = g_strdelimit(g_utf8_strdown(name, -1), "-", '_');
    property->type = g_strdup(text_of(mg_node_lookup(node, "type")));
    property->words = read_words(mg_node_lookup(node, "enum"));
    property->requires = g_strdup(text_of(mg_node_lookup(node, "requires")));
    property->is_optional = g_strcmp0(text_of(mg_node_lookup(node, "optional")), "true") == 0;
    return property;
}

static const Property *find_property(const MgXArfSchema *schema, const gchar *key)
{
    for (guint i = 0; i < schema->properties->len; i++) {
        const Property *property = g_ptr_array_index(schema->properties, i);
        if (g_str_equal(property->key, key))
            return property;
    }
    return NULL;
}

static void add_property(MgXArfSchema *schema, const MgNode *key, const MgNode *value,
                         MgComplaints *complaints)
{
    Property *property;

    if (value->kind != MG_NODE_MAP || strlen(key->text) != key->length ||
        g_utf8_strlen(key->text, -1) > NAME_LIMIT) {
        mg_check_complain(value, complaints, "this is no schema: a property is no object");
        return;
    }
    property = read_property(key->text, value);
    if (find_property(schema, property->key) != NULL)
        mg_check_complain(value, complaints,
                          "two properties differ only in '-', '_' and capital letters");
    g_ptr_array_add(schema->properties, property);
}

MgXArfSchema *mg_x_arf_read_schema(const MgNode *root, MgComplaints *complaints)
{
    const MgNode *properties =
        root->kind == MG_NODE_MAP ? mg_node_lookup(root, "properties") : NULL;
    MgXArfSchema *schema;

    if (properties == NULL || properties->kind != MG_NODE_MAP || mg_node_count(properties) == 0) {
        mg_check_complain(root, complaints, "this is no schema: it has no 'properties'");
        return NULL;
    }
    schema = g_new(MgXArfSchema, 1);
    schema->properties = g_ptr_array_new_with_free_func(free_property);
    for (guint i = 0; i < mg_node_count(properties); i++)
        add_property(schema, mg_node_key(properties, i), mg_node_value(properties, i), complaints);
    if (mg_complaints_is_empty(complaints))
        return schema;
    mg_x_arf_schema_free(schema);
    return NULL;
}

static GHashTable *read_shipped(void)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new("x_arf.yaml");
    g_autoptr(MgTree) tree =
        mg_tree_read(MG_DIALECT_YAML, x_arf_yaml, strlen(x_arf_yaml), complaints);
    GHashTable *schemas = g_hash_table_new(g_str_hash, g_str_equal);

    g_assert(tree->root != NULL);
    for (guint i = 0; i < mg_node_count(tree->root); i++)
        g_hash_table_insert(schemas, g_strdup(mg_node_key(tree->root, i)->text),
                            mg_x_arf_read_schema(mg_node_value(tree->root, i), complaints));
    g_assert(mg_complaints_is_empty(complaints));
    return schemas;
}

const MgXArfSchema *mg_x_arf_shipped_schema(const gchar *file_name)
{
    static gsize made;

    if (g_once_init_enter(&made))
        g_once_init_leave(&made, (gsize)read_shipped());
    return g_hash_table_lookup((GHashTable *)made, file_name);
}

static gboolean wants_integer(const Property *property)
{
    return g_strcmp0(property->type, "integer") == 0 || g_strcmp0(property->type, "number") == 0;
}

static gboolean is_allowed(const Property *property, const gchar *text)
{
    return property->words == NULL || g_strv_contains((const gchar *const *)property->words, text);
}

gboolean mg_x_arf_wants_integer(const MgXArfSchema *schema, const gchar *name)
{
    const Property *property = find_property(schema, name);

    return property != NULL && wants_integer(property);
}

gboolean mg_x_arf_allows(const MgXArfSchema *schema, const gchar *name, const gchar *text)
{
    const Property *property = find_property(schema, name);

    return property == NULL || is_allowed(property, text);
}

static const gchar **list_names(const MgXArfSchema *schema, gboolean with_optional)
{
    GPtrArray *names = g_ptr_array_new();

    for (guint i = 0; i < schema->properties->len; i++) {
        const Property *property = g_ptr_array_index(schema->properties, i);
        if (with_optional || !property->is_optional)
            g_ptr_array_add(names, property->key);
    }
    g_ptr_array_add(names, NULL);
    return (const gchar **)g_ptr_array_free(names, FALSE);
}

const gchar **mg_x_arf_names(const MgXArfSchema *schema)
{
    return list_names(schema, TRUE);
}

const gchar **mg_x_arf_required(const MgXArfSchema *schema)
{
    return list_names(schema, FALSE);
}

static const MgXArfValue *find_value(const gchar *key, const MgXArfValue *values, gsize n_values)
{
    for (gsize i = n_values; i > 0; i--) /* later wins */
        if (g_str_equal(values[i - 1].name, key))
            return &values[i - 1];
    return NULL;
}

static gboolean fail(const Property *property, const gchar *problem, GError **error)
{
    g_autofree gchar *name = mg_error_quote(property->name);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "the report's %s %s", name, problem);
    return FALSE;
}

static gboolean check_value(const Property *property, const MgXArfValue *value, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(value->text);
    g_autofree gchar *problem = NULL;

    if (wants_integer(property) && !value->is_integer)
        problem = g_strdup_printf("must be an integer, but is the text %s", quoted);
    else if (g_strcmp0(property->type, "string") == 0 && value->is_integer)
        problem = g_strdup_printf("must be a text, but is the integer %s", value->text);
    else if (!is_allowed(property, value->text)) {
        g_autofree gchar *words = g_strjoinv(", ", property->words);
        problem = g_strdup_printf("must be one of %s, but is %s", words, quoted);
    }
    return problem == NULL || fail(property, problem, error);
}

static gboolean has_required(const MgXArfSchema *schema, const Property *property,
                             const MgXArfValue *values, gsize n_values, GError **error)
{
    for (guint i = 0; property->requires != NULL && i < schema->properties->len; i++) {
        const Property *other = g_ptr_array_index(schema->properties, i);
        g_autofree gchar *problem = NULL;

        if (!g_str_equal(other->name, property->requires) ||
            find_value(other->key, values, n_values) != NULL)
            continue;
        problem = g_strdup_printf("is missing, which '%s' requires", property->name);
        return fail(other, problem, error);
    }
    return TRUE;
}

static gboolean append(GString *out, const MgXArfSchema *schema, const Property *property,
                       const MgXArfValue *values, gsize n_values, GError **error)
{
    const MgXArfValue *value = find_value(property->key, values, n_values);

    if (value == NULL)
        return property->is_optional || fail(property, "is required, but missing", error);
    if (!check_value(property, value, error) ||
        !has_required(schema, property, values, n_values, error))
        return FALSE;
    if (value->is_integer)
        mg_plain_yaml_integer(out, property->name, value->text);
    else
        mg_plain_yaml_text(out, property->name, value->text);
    return TRUE;
}

gchar *mg_x_arf_write(const MgXArfSchema *schema, const MgXArfValue *values, gsize n_values,
                      GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < schema->properties->len; i++)
        if (!append(out, schema, g_ptr_array_index(schema->properties, i), values, n_values, error))
            return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}
