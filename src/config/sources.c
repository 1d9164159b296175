/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/sources.h"

#include "base/json_text.h"
#include "base/json_writer.h"
#include "document/tree.h"

struct MgSources {
    GPtrArray *trees; /* of MgTree: own all values */
    MgNode *root;     /* (nullable): the first tree's, into which the others were merged */
};

MgSources *mg_sources_new(void)
{
    MgSources *sources = g_new0(MgSources, 1);

    sources->trees = g_ptr_array_new_with_free_func((GDestroyNotify)mg_tree_free);
    return sources;
}

void mg_sources_free(MgSources *sources)
{
    if (sources == NULL)
        return;
    g_ptr_array_unref(sources->trees);
    g_free(sources);
}

static MgNode *lay_over(MgNode *below, MgNode *above, guint n_levels);

static void merge_members(MgNode *below, const MgNode *above, guint n_levels)
{
    g_autoptr(GHashTable) places =
        g_hash_table_new(mg_node_hash, mg_node_equal); /* key → index + 1 */

    for (guint i = 0; i < below->keys->len; i++)
        g_hash_table_insert(places, below->keys->pdata[i], GUINT_TO_POINTER(i + 1));
    for (guint i = 0; i < above->keys->len; i++) {
        guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, above->keys->pdata[i]));

        if (place > 0) {
            gpointer *member = &below->values->pdata[place - 1];
            *member = lay_over(*member, above->values->pdata[i], n_levels);
            continue;
        }
        g_ptr_array_add(below->keys, above->keys->pdata[i]);
        g_ptr_array_add(below->values, above->values->pdata[i]);
    }
}

/* What counts of the two: `above`, or `below` with the members of `above` in it, where both are
 * objects and levels to merge are left. */
static MgNode *lay_over(MgNode *below, MgNode *above, guint n_levels)
{
    if (n_levels == 0 || below->kind != MG_NODE_MAP || above->kind != MG_NODE_MAP)
        return above;
    merge_members(below, above, n_levels - 1);
    below->filename = above->filename;
    below->line = above->line;
    below->column = above->column;
    return below;
}

static void add_root(MgSources *sources, MgNode *root, MgProblems *problems)
{
    if (root->kind != MG_NODE_MAP) {
        g_autofree gchar *place = mg_node_place(root);
        g_ptr_array_add(problems->errors,
                        g_strdup_printf("%s: found %s, wanted an object that holds the settings",
                                        place, mg_node_type_name(root)));
        return;
    }
    sources->root = sources->root == NULL ? root : lay_over(sources->root, root, 2);
}

void mg_sources_add(MgSources *sources, const gchar *name, const gchar *text, gsize length,
                    MgProblems *problems)
{
    g_autoptr(MgComplaints) complaints = mg_complaints_new(name);
    MgTree *tree = mg_tree_read(MG_DIALECT_JSON, text, length, complaints);
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(sources->trees, tree);
    if (mg_complaints_is_empty(complaints)) {
        add_root(sources, tree->root, problems);
        return;
    }
    mg_complaints_set_error(complaints, &error);
    g_ptr_array_add(problems->errors, g_strdup(error->message));
}

const MgNode *mg_sources_root(const MgSources *sources)
{
    return sources->root;
}

static void append(GString *out, const MgNode *value)
{
    gboolean is_map = value->kind == MG_NODE_MAP;

    if (mg_node_is_string(value)) {
        mg_json_text_append_bytes(out, value->text, value->length);
        return;
    }
    if (value->values == NULL) { /* numbers keep their digits */
        g_string_append(out, value->text);
        return;
    }
    g_string_append_c(out, is_map ? '{' : '[');
    for (guint i = 0; i < mg_node_count(value); i++) {
        mg_json_writer_begin(out, NULL);
        if (is_map) {
            const MgNode *key = mg_node_key(value, i);
            mg_json_text_append_bytes(out, key->text, key->length);
            g_string_append(out, ": ");
        }
        append(out, mg_node_value(value, i));
    }
    mg_json_writer_close(out, is_map ? '}' : ']');
}

gchar *mg_sources_print(const MgNode *value)
{
    GString *out = g_string_new(NULL);

    append(out, value);
    return g_string_free(out, FALSE);
}
