/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "document/tree.h"

#include "base/error.h"
#include "document/syntax.h"

#include <string.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

/* A format needs 8 levels, a configuration 3. The bounds keep recursion short and "billion laughs"
 * harmless: since the tree shares what is aliased it never grows, but readers walk it as if it were
 * written out. JSON has no aliases. */
static const struct {
    guint depth;
    gsize weight;
} limits[] = {
    [MG_DIALECT_YAML] = {32, 100000},
    [MG_DIALECT_JSON] = {64, G_MAXSIZE},
};

typedef struct {
    MgDialect dialect;
    MgTree *tree;
    MgComplaints *complaints;
    GHashTable *anchors; /* name → MgNode */
    GPtrArray *open;     /* containers, the innermost last */
    guint n_documents;
    gboolean is_over; /* a limit was passed: no use in reading on */
} Builder;

static void node_free(gpointer data)
{
    MgNode *node = data;

    if (node->text != NULL)
        explicit_bzero(node->text, node->length);
    g_free(node->text);
    g_clear_pointer(&node->keys, g_ptr_array_unref);
    g_clear_pointer(&node->values, g_ptr_array_unref);
    g_free(node);
}

void mg_tree_free(MgTree *tree)
{
    if (tree == NULL)
        return;
    g_ptr_array_unref(tree->nodes);
    g_free(tree->filename);
    g_free(tree);
}

static MgNode *node_new(Builder *builder, MgNodeKind kind, const MgSyntaxEvent *event)
{
    MgNode *node = g_new0(MgNode, 1);

    *node = (MgNode){.kind = kind, .line = event->line, .column = event->column};
    node->filename = builder->tree->filename;
    node->weight = 1;
    node->height = 1;
    g_ptr_array_add(builder->tree->nodes, node);
    return node;
}

/* Puts a value, which may be shared, where the next value belongs. */
static void place(Builder *builder, MgNode *node)
{
    MgNode *parent = NULL;

    if (builder->open->len == 0) {
        if (builder->n_documents == 1)
            builder->tree->root = node;
        return;
    }
    parent = g_ptr_array_index(builder->open, builder->open->len - 1);
    if (parent->kind == MG_NODE_LIST) {
        g_ptr_array_add(parent->values, node);
        return;
    }
    if (parent->pending_key == NULL) {
        parent->pending_key = node;
        return;
    }
    /* A value left empty has no place of its own; who looks for an object of JSON looks for its
     * key. */
    if (node->line == 0 || (builder->dialect == MG_DIALECT_JSON && node->values != NULL)) {
        node->line = parent->pending_key->line;
        node->column = parent->pending_key->column;
    }
    g_ptr_array_add(parent->keys, g_steal_pointer(&parent->pending_key));
    g_ptr_array_add(parent->values, node);
}

static void remember_anchor(Builder *builder, const MgSyntaxEvent *event, MgNode *node)
{
    if (event->anchor != NULL)
        g_hash_table_insert(builder->anchors, g_strdup(event->anchor), node);
}

/* TRUE for `!!str`, which makes a text of what would be a boolean, and the like for lists and
 * mappings. No other tag means anything in a format file. */
static gboolean has_tag(Builder *builder, const MgSyntaxEvent *event, const gchar *expected)
{
    g_autofree gchar *quoted = NULL;

    if (event->tag == NULL)
        return FALSE;
    if (g_str_equal(event->tag, expected) || g_str_equal(event->tag, "!"))
        return TRUE;
    quoted = mg_error_quote(event->tag);
    mg_complaints_add(builder->complaints, MAX(event->line, 1), MAX(event->column, 1),
                      "the tag %s means nothing here", quoted);
    return FALSE;
}

static gboolean is_nothing(const MgSyntaxEvent *event)
{
    static const gchar *const words[] = {"", "~", "null", "Null", "NULL", NULL};

    return event->is_plain && g_strv_contains(words, event->text);
}

/* The library takes lines indented no deeper than the key for the key's text, and with them the
 * keys that follow. */
static void check_indentation(Builder *builder, const MgSyntaxEvent *event)
{
    const MgNode *parent = NULL;

    if (event->indentation < 0 || builder->open->len == 0)
        return;
    parent = g_ptr_array_index(builder->open, builder->open->len - 1);
    if (event->indentation >= (gint)parent->column)
        return;
    mg_complaints_add(builder->complaints, event->line, 1,
                      "a text below its key must be indented deeper than the key");
}

static void add_scalar(Builder *builder, const MgSyntaxEvent *event)
{
    gboolean is_text = has_tag(builder, event, TAG_PREFIX "str");
    MgNodeKind kind = !is_text && is_nothing(event) ? MG_NODE_NOTHING : MG_NODE_TEXT;
    MgNode *node = node_new(builder, kind, event);

    node->text = g_memdup2(event->text, event->length + 1);
    node->length = event->length;
    node->is_plain = event->is_plain && !is_text;
    node->is_cut = event->is_cut;
    check_indentation(builder, event);
    remember_anchor(builder, event, node);
    place(builder, node);
}

static void add_alias(Builder *builder, const MgSyntaxEvent *event)
{
    MgNode *target = g_hash_table_lookup(builder->anchors, event->text);
    g_autofree gchar *quoted = mg_error_quote(event->text);

    if (target == NULL)
        mg_complaints_add(builder->complaints, event->line, event->column,
                          "the alias %s has no anchor before it%s", quoted,
                          "; an asterisk that begins a text needs quotes: \"*\"");
    else if (target->is_open)
        mg_complaints_add(builder->complaints, event->line, event->column,
                          "the alias %s stands inside the value that it names", quoted);
    if (target == NULL || target->is_open)
        target = node_new(builder, MG_NODE_BROKEN, event);
    place(builder, target);
}

static void open_container(Builder *builder, const MgSyntaxEvent *event, MgNodeKind kind)
{
    MgNode *node = NULL;

    has_tag(builder, event, kind == MG_NODE_MAP ? TAG_PREFIX "map" : TAG_PREFIX "seq");
    node = node_new(builder, kind, event);
    node->values = g_ptr_array_new();
    if (kind == MG_NODE_MAP)
        node->keys = g_ptr_array_new();
    node->is_open = TRUE;
    remember_anchor(builder, event, node);
    place(builder, node);
    g_ptr_array_add(builder->open, node);
    if (builder->open->len > limits[builder->dialect].depth) {
        mg_complaints_add(builder->complaints, event->line, event->column,
                          "values are nested deeper than %u levels",
                          limits[builder->dialect].depth);
        builder->is_over = TRUE;
    }
}

static void complain_key(Builder *builder, const MgNode *map, const MgNode *key)
{
    if (key->kind != MG_NODE_BROKEN)
        mg_complaints_add(builder->complaints, MAX(key->line, map->line), MAX(key->column, 1),
                          "a key must be a text%s",
                          key->kind == MG_NODE_MAP ? "; text with braces needs quotes" : "");
}

static void complain_second(Builder *builder, const MgNode *key, const MgNode *first)
{
    g_autofree gchar *quoted = mg_error_quote(key->text);

    mg_complaints_add(builder->complaints, key->line, key->column,
                      "the key %s stands here a second time (first in line %u)", quoted,
                      first->line);
}

/* A key of a name that stands already. In JSON the last value counts. In YAML a second one is
 * nearly always a copied block: neither of the two can be what is meant. */
static void take_second(Builder *builder, MgNode *map, guint first, const MgNode *key,
                        MgNode *value)
{
    if (builder->dialect == MG_DIALECT_JSON)
        map->values->pdata[first] = value;
    else
        complain_second(builder, key, mg_node_key(map, first));
}

static void check_keys(Builder *builder, MgNode *map)
{
    g_autoptr(GHashTable) places =
        g_hash_table_new(mg_node_hash, mg_node_equal); /* key → index + 1 */
    guint n_kept = 0;

    for (guint i = 0; i < map->keys->len; i++) {
        MgNode *key = g_ptr_array_index(map->keys, i);
        MgNode *value = g_ptr_array_index(map->values, i);
        guint place = 0;

        if (key->kind != MG_NODE_TEXT) {
            complain_key(builder, map, key);
            continue;
        }
        place = GPOINTER_TO_UINT(g_hash_table_lookup(places, key));
        if (place > 0) {
            take_second(builder, map, place - 1, key, value);
            continue;
        }
        map->keys->pdata[n_kept] = key;
        map->values->pdata[n_kept++] = value;
        g_hash_table_insert(places, key, GUINT_TO_POINTER(n_kept));
    }
    g_ptr_array_set_size(map->keys, (gint)n_kept);
    g_ptr_array_set_size(map->values, (gint)n_kept);
}

static void merge_map(GHashTable *known, MgNode *map, const MgNode *other)
{
    for (guint i = 0; i < other->keys->len; i++) {
        const MgNode *key = mg_node_key(other, i);
        if (!g_hash_table_add(known, key->text))
            continue;
        g_ptr_array_add(map->keys, (gpointer)key);
        g_ptr_array_add(map->values, (gpointer)mg_node_value(other, i));
    }
}

static void merge_value(Builder *builder, GHashTable *known, MgNode *map, const MgNode *value,
                        const MgNode *merge_key)
{
    if (value->kind == MG_NODE_MAP)
        merge_map(known, map, value);
    else if (value->kind != MG_NODE_BROKEN)
        mg_complaints_add(builder->complaints, merge_key->line, merge_key->column,
                          "'<<' merges a mapping or a list of mappings only");
}

/* `<<: *anchor`: the mapping's own keys win, then those of the first mapping merged. */
static void carry_out_merge(Builder *builder, MgNode *map)
{
    g_autoptr(GHashTable) known = NULL;
    const MgNode *merge_key = NULL;
    const MgNode *value = NULL;

    for (guint i = 0; i < map->keys->len && merge_key == NULL; i++) {
        const MgNode *key = mg_node_key(map, i);
        if (!key->is_plain || !g_str_equal(key->text, "<<"))
            continue;
        merge_key = key;
        value = mg_node_value(map, i);
        g_ptr_array_remove_index(map->keys, i);
        g_ptr_array_remove_index(map->values, i);
    }
    if (merge_key == NULL)
        return;
    known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < map->keys->len; i++)
        g_hash_table_add(known, mg_node_key(map, i)->text);
    if (value->kind != MG_NODE_LIST) {
        merge_value(builder, known, map, value, merge_key);
        return;
    }
    for (guint i = 0; i < mg_node_count(value); i++)
        merge_value(builder, known, map, mg_node_value(value, i), merge_key);
}

static void weigh(Builder *builder, MgNode *node)
{
    guint depth = limits[builder->dialect].depth;
    gsize weight = limits[builder->dialect].weight;

    for (guint i = 0; i < node->values->len; i++) {
        const MgNode *value = mg_node_value(node, i);
        node->weight += value->weight;
        node->height = MAX(node->height, value->height + 1);
    }
    if (node->weight <= weight && node->height <= depth)
        return;
    builder->is_over = TRUE;
    if (node->height > depth)
        mg_complaints_add(builder->complaints, node->line, node->column,
                          "aliases nest values deeper than %u levels", depth);
    else
        mg_complaints_add(builder->complaints, node->line, node->column,
                          "more than %zu values, aliases counted as often as they are used",
                          weight);
}

static void close_container(Builder *builder)
{
    MgNode *node = g_ptr_array_index(builder->open, builder->open->len - 1);

    g_ptr_array_set_size(builder->open, (gint)builder->open->len - 1);
    if (node->kind == MG_NODE_MAP) {
        check_keys(builder, node);
        carry_out_merge(builder, node);
    }
    weigh(builder, node);
    node->is_open = FALSE;
}

/* Asked at a document's first event that has a place: one that begins without `---` has none. */
static void check_document(Builder *builder, const MgSyntaxEvent *event)
{
    if (builder->n_documents < 2 || event->line == 0)
        return;
    mg_complaints_add(builder->complaints, event->line, event->column,
                      "a second document begins here; the file may hold one only");
    builder->is_over = TRUE;
}

static void take_event(Builder *builder, const MgSyntaxEvent *event)
{
    switch (event->type) {
    case MG_SYNTAX_EVENT_DOCUMENT:
        builder->n_documents++;
        return;
    case MG_SYNTAX_EVENT_SCALAR:
        add_scalar(builder, event);
        return;
    case MG_SYNTAX_EVENT_ALIAS:
        add_alias(builder, event);
        return;
    case MG_SYNTAX_EVENT_MAP:
        open_container(builder, event, MG_NODE_MAP);
        return;
    case MG_SYNTAX_EVENT_LIST:
        open_container(builder, event, MG_NODE_LIST);
        return;
    case MG_SYNTAX_EVENT_END:
        close_container(builder);
        return;
    }
    g_assert_not_reached();
}

static gboolean take(const MgSyntaxEvent *event, gpointer user_data)
{
    Builder *builder = user_data;

    take_event(builder, event);
    check_document(builder, event);
    return !builder->is_over;
}

MgTree *mg_tree_read(MgDialect dialect, const gchar *text, gsize length, MgComplaints *complaints)
{
    g_autoptr(GHashTable) anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    MgTree *tree = g_new0(MgTree, 1);
    Builder builder = {dialect, tree, complaints, anchors, open, 0, FALSE};

    tree->filename = g_strdup(mg_complaints_filename(complaints));
    tree->nodes = g_ptr_array_new_with_free_func(node_free);
    if (!mg_syntax_read(dialect, text, length, take, &builder, complaints) || builder.is_over)
        tree->root = NULL;
    else if (tree->root == NULL)
        mg_complaints_add(complaints, 1, 1, "the file is empty");
    return tree;
}
