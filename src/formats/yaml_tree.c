/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_tree.h"

#include "base/error.h"
#include "formats/yaml_syntax.h"

#include <string.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

/* A format needs 8 levels. The bounds keep recursion short and "billion laughs" harmless: since the
 * tree shares what is aliased it never grows, but readers walk it as if it were written out. */
#define DEPTH_LIMIT 32
#define WEIGHT_LIMIT 100000

typedef struct {
    MgYamlTree *tree;
    MgYamlComplaints *complaints;
    GHashTable *anchors; /* name → MgYamlNode */
    GPtrArray *open;     /* containers, the innermost last */
    guint n_documents;
    gboolean is_over; /* a limit was passed: no use in reading on */
} Builder;

static void node_free(gpointer data)
{
    MgYamlNode *node = data;

    g_free(node->text);
    g_clear_pointer(&node->keys, g_ptr_array_unref);
    g_clear_pointer(&node->values, g_ptr_array_unref);
    g_free(node);
}

void mg_yaml_tree_free(MgYamlTree *tree)
{
    if (tree == NULL)
        return;
    g_ptr_array_unref(tree->nodes);
    g_free(tree);
}

static MgYamlNode *node_new(Builder *builder, MgYamlKind kind, const MgYamlEvent *event)
{
    MgYamlNode *node = g_new0(MgYamlNode, 1);

    *node = (MgYamlNode){.kind = kind, .line = event->line, .column = event->column};
    node->weight = 1;
    node->height = 1;
    g_ptr_array_add(builder->tree->nodes, node);
    return node;
}

/* Puts a value, which may be shared, where the next value belongs. */
static void place(Builder *builder, MgYamlNode *node)
{
    MgYamlNode *parent = NULL;

    if (builder->open->len == 0) {
        if (builder->n_documents == 1)
            builder->tree->root = node;
        return;
    }
    parent = g_ptr_array_index(builder->open, builder->open->len - 1);
    if (parent->kind == MG_YAML_LIST) {
        g_ptr_array_add(parent->values, node);
        return;
    }
    if (parent->pending_key == NULL) {
        parent->pending_key = node;
        return;
    }
    if (node->line == 0) { /* a value left empty has no place of its own */
        node->line = parent->pending_key->line;
        node->column = parent->pending_key->column;
    }
    g_ptr_array_add(parent->keys, g_steal_pointer(&parent->pending_key));
    g_ptr_array_add(parent->values, node);
}

static void remember_anchor(Builder *builder, const MgYamlEvent *event, MgYamlNode *node)
{
    if (event->anchor != NULL)
        g_hash_table_insert(builder->anchors, g_strdup(event->anchor), node);
}

/* TRUE for `!!str`, which makes a text of what would be a boolean, and the like for lists and
 * mappings. No other tag means anything in a format file. */
static gboolean has_tag(Builder *builder, const MgYamlEvent *event, const gchar *expected)
{
    g_autofree gchar *quoted = NULL;

    if (event->tag == NULL)
        return FALSE;
    if (g_str_equal(event->tag, expected) || g_str_equal(event->tag, "!"))
        return TRUE;
    quoted = mg_error_quote(event->tag);
    mg_yaml_complaints_add(builder->complaints, MAX(event->line, 1), MAX(event->column, 1),
                           "the tag %s means nothing here", quoted);
    return FALSE;
}

static gboolean is_nothing(const MgYamlEvent *event)
{
    static const gchar *const words[] = {"", "~", "null", "Null", "NULL", NULL};

    return event->is_plain && g_strv_contains(words, event->text);
}

/* The library takes lines indented no deeper than the key for the key's text, and with them the
 * keys that follow. */
static void check_indentation(Builder *builder, const MgYamlEvent *event)
{
    const MgYamlNode *parent = NULL;

    if (event->indentation < 0 || builder->open->len == 0)
        return;
    parent = g_ptr_array_index(builder->open, builder->open->len - 1);
    if (event->indentation >= (gint)parent->column)
        return;
    mg_yaml_complaints_add(builder->complaints, event->line, 1,
                           "a text below its key must be indented deeper than the key");
}

static void add_scalar(Builder *builder, const MgYamlEvent *event)
{
    gboolean is_text = has_tag(builder, event, TAG_PREFIX "str");
    MgYamlKind kind = !is_text && is_nothing(event) ? MG_YAML_NOTHING : MG_YAML_TEXT;
    MgYamlNode *node = node_new(builder, kind, event);

    node->text = g_strdup(event->text);
    node->is_plain = event->is_plain && !is_text;
    node->is_cut = event->is_cut;
    check_indentation(builder, event);
    remember_anchor(builder, event, node);
    place(builder, node);
}

static void add_alias(Builder *builder, const MgYamlEvent *event)
{
    MgYamlNode *target = g_hash_table_lookup(builder->anchors, event->text);
    g_autofree gchar *quoted = mg_error_quote(event->text);

    if (target == NULL)
        mg_yaml_complaints_add(builder->complaints, event->line, event->column,
                               "the alias %s has no anchor before it%s", quoted,
                               "; an asterisk that begins a text needs quotes: \"*\"");
    else if (target->is_open)
        mg_yaml_complaints_add(builder->complaints, event->line, event->column,
                               "the alias %s stands inside the value that it names", quoted);
    if (target == NULL || target->is_open)
        target = node_new(builder, MG_YAML_BROKEN, event);
    place(builder, target);
}

static void open_container(Builder *builder, const MgYamlEvent *event, MgYamlKind kind)
{
    MgYamlNode *node = NULL;

    has_tag(builder, event, kind == MG_YAML_MAP ? TAG_PREFIX "map" : TAG_PREFIX "seq");
    node = node_new(builder, kind, event);
    node->values = g_ptr_array_new();
    if (kind == MG_YAML_MAP)
        node->keys = g_ptr_array_new();
    node->is_open = TRUE;
    remember_anchor(builder, event, node);
    place(builder, node);
    g_ptr_array_add(builder->open, node);
    if (builder->open->len > DEPTH_LIMIT) {
        mg_yaml_complaints_add(builder->complaints, event->line, event->column,
                               "values are nested deeper than %d levels", DEPTH_LIMIT);
        builder->is_over = TRUE;
    }
}

static void complain_key(Builder *builder, const MgYamlNode *map, const MgYamlNode *key)
{
    if (key->kind != MG_YAML_BROKEN)
        mg_yaml_complaints_add(builder->complaints, MAX(key->line, map->line), MAX(key->column, 1),
                               "a key must be a text%s",
                               key->kind == MG_YAML_MAP ? "; text with braces needs quotes" : "");
}

static void complain_second(Builder *builder, const MgYamlNode *key, const MgYamlNode *first)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);

    mg_yaml_complaints_add(builder->complaints, key->line, key->column,
                           "the key %s stands here a second time (first in line %u)", quoted,
                           first->line);
}

/* Keeps of each name the first key. A second one is nearly always a copied block: neither of the
 * two can be what is meant. */
static void check_keys(Builder *builder, MgYamlNode *map)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    guint n_kept = 0;

    for (guint i = 0; i < map->keys->len; i++) {
        MgYamlNode *key = g_ptr_array_index(map->keys, i);
        const MgYamlNode *first = NULL;

        if (key->kind != MG_YAML_TEXT) {
            complain_key(builder, map, key);
            continue;
        }
        first = g_hash_table_lookup(seen, key->text);
        if (first != NULL) {
            complain_second(builder, key, first);
            continue;
        }
        g_hash_table_insert(seen, key->text, key);
        map->keys->pdata[n_kept] = key;
        map->values->pdata[n_kept++] = g_ptr_array_index(map->values, i);
    }
    g_ptr_array_set_size(map->keys, (gint)n_kept);
    g_ptr_array_set_size(map->values, (gint)n_kept);
}

static void merge_map(GHashTable *known, MgYamlNode *map, const MgYamlNode *other)
{
    for (guint i = 0; i < other->keys->len; i++) {
        const MgYamlNode *key = mg_yaml_node_key(other, i);
        if (!g_hash_table_add(known, key->text))
            continue;
        g_ptr_array_add(map->keys, (gpointer)key);
        g_ptr_array_add(map->values, (gpointer)mg_yaml_node_value(other, i));
    }
}

static void merge_value(Builder *builder, GHashTable *known, MgYamlNode *map,
                        const MgYamlNode *value, const MgYamlNode *merge_key)
{
    if (value->kind == MG_YAML_MAP)
        merge_map(known, map, value);
    else if (value->kind != MG_YAML_BROKEN)
        mg_yaml_complaints_add(builder->complaints, merge_key->line, merge_key->column,
                               "'<<' merges a mapping or a list of mappings only");
}

/* `<<: *anchor`: the mapping's own keys win, then those of the first mapping merged. */
static void carry_out_merge(Builder *builder, MgYamlNode *map)
{
    g_autoptr(GHashTable) known = NULL;
    const MgYamlNode *merge_key = NULL;
    const MgYamlNode *value = NULL;

    for (guint i = 0; i < map->keys->len && merge_key == NULL; i++) {
        const MgYamlNode *key = mg_yaml_node_key(map, i);
        if (!key->is_plain || !g_str_equal(key->text, "<<"))
            continue;
        merge_key = key;
        value = mg_yaml_node_value(map, i);
        g_ptr_array_remove_index(map->keys, i);
        g_ptr_array_remove_index(map->values, i);
    }
    if (merge_key == NULL)
        return;
    known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < map->keys->len; i++)
        g_hash_table_add(known, mg_yaml_node_key(map, i)->text);
    if (value->kind != MG_YAML_LIST) {
        merge_value(builder, known, map, value, merge_key);
        return;
    }
    for (guint i = 0; i < mg_yaml_node_count(value); i++)
        merge_value(builder, known, map, mg_yaml_node_value(value, i), merge_key);
}

static void weigh(Builder *builder, MgYamlNode *node)
{
    for (guint i = 0; i < node->values->len; i++) {
        const MgYamlNode *value = mg_yaml_node_value(node, i);
        node->weight += value->weight;
        node->height = MAX(node->height, value->height + 1);
    }
    if (node->weight <= WEIGHT_LIMIT && node->height <= DEPTH_LIMIT)
        return;
    builder->is_over = TRUE;
    if (node->height > DEPTH_LIMIT)
        mg_yaml_complaints_add(builder->complaints, node->line, node->column,
                               "aliases nest values deeper than %d levels", DEPTH_LIMIT);
    else
        mg_yaml_complaints_add(builder->complaints, node->line, node->column,
                               "more than %d values, aliases counted as often as they are used",
                               WEIGHT_LIMIT);
}

static void close_container(Builder *builder)
{
    MgYamlNode *node = g_ptr_array_index(builder->open, builder->open->len - 1);

    g_ptr_array_set_size(builder->open, (gint)builder->open->len - 1);
    if (node->kind == MG_YAML_MAP) {
        check_keys(builder, node);
        carry_out_merge(builder, node);
    }
    weigh(builder, node);
    node->is_open = FALSE;
}

/* Asked at a document's first event that has a place: one that begins without `---` has none. */
static void check_document(Builder *builder, const MgYamlEvent *event)
{
    if (builder->n_documents < 2 || event->line == 0)
        return;
    mg_yaml_complaints_add(builder->complaints, event->line, event->column,
                           "a second document begins here; a format file holds one");
    builder->is_over = TRUE;
}

static void take_event(Builder *builder, const MgYamlEvent *event)
{
    switch (event->type) {
    case MG_YAML_EVENT_DOCUMENT:
        builder->n_documents++;
        return;
    case MG_YAML_EVENT_SCALAR:
        add_scalar(builder, event);
        return;
    case MG_YAML_EVENT_ALIAS:
        add_alias(builder, event);
        return;
    case MG_YAML_EVENT_MAP:
        open_container(builder, event, MG_YAML_MAP);
        return;
    case MG_YAML_EVENT_LIST:
        open_container(builder, event, MG_YAML_LIST);
        return;
    case MG_YAML_EVENT_END:
        close_container(builder);
        return;
    }
    g_assert_not_reached();
}

static gboolean take(const MgYamlEvent *event, gpointer user_data)
{
    Builder *builder = user_data;

    take_event(builder, event);
    check_document(builder, event);
    return !builder->is_over;
}

MgYamlTree *mg_yaml_tree_read(const gchar *text, gsize length, MgYamlComplaints *complaints)
{
    g_autoptr(GHashTable) anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    MgYamlTree *tree = g_new0(MgYamlTree, 1);
    Builder builder = {.tree = tree, .complaints = complaints, .anchors = anchors, .open = open};

    tree->nodes = g_ptr_array_new_with_free_func(node_free);
    if (!mg_yaml_syntax_read(text, length, take, &builder, complaints) || builder.is_over)
        tree->root = NULL;
    else if (tree->root == NULL)
        mg_yaml_complaints_add(complaints, 1, 1, "the file is empty");
    return tree;
}
