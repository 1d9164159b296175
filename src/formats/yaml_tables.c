/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_tables.h"

#include "base/error.h"
#include "document/check.h"

#include <string.h>

/* PostgreSQL's own bound for the columns of a query is 1664. */
#define COLUMNS_LIMIT 1000

typedef struct {
    GArray *columns; /* of MgTableColumn, texts not owned */
    GHashTable *titles;
    MgComplaints *complaints;
    gboolean is_good;
} ColumnReader;

static gboolean check_field(const MgNode *node, MgComplaints *complaints)
{
    g_autofree gchar *quoted = NULL;

    quoted = mg_error_quote(node->text);
    if (mg_table_is_hidden(node->text)) {
        mg_check_complain(
            node, complaints,
            "%s holds the directives of all recipients; write extra.KEY for one of the "
            "other keys of extra",
            quoted);
        return FALSE;
    }
    if (mg_table_is_field_name(node->text))
        return TRUE;
    mg_check_complain(node, complaints, "%s is no event field; %s", quoted,
                      strchr(node->text, ':') != NULL
                          ? "is a space missing after the colon?"
                          : "write a field such as source.ip, or extra.KEY for a key of extra");
    return FALSE;
}

void mg_yaml_tables_read_titles(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints)
{
    GHashTable *titles = *(GHashTable **)field;

    if (!mg_check_map(node, what, complaints))
        return;
    for (guint i = 0; i < mg_node_count(node); i++) {
        const MgNode *key = mg_node_key(node, i);
        g_autofree gchar *title_of = g_strdup_printf("the title of '%s'", key->text);
        const gchar *title = NULL;

        if (!check_field(key, complaints))
            continue;
        title = mg_check_text(mg_node_value(node, i), title_of, complaints);
        if (title != NULL)
            g_hash_table_insert(titles, g_strdup(key->text), g_strdup(title));
    }
}

static void add_column(ColumnReader *reader, const MgNode *node, const gchar *field,
                       const gchar *title)
{
    MgTableColumn column = {(gchar *)field, (gchar *)title};

    for (guint i = 0; i < reader->columns->len; i++) {
        const MgTableColumn *other = &g_array_index(reader->columns, MgTableColumn, i);
        if (!g_str_equal(other->field, field) || !g_str_equal(other->title, title))
            continue;
        mg_check_complain(node, reader->complaints, "the column '%s' stands twice in this table",
                          field);
        reader->is_good = FALSE;
        return;
    }
    g_array_append_val(reader->columns, column);
}

static void read_bare_field(ColumnReader *reader, const MgNode *node)
{
    const gchar *title = g_hash_table_lookup(reader->titles, node->text);

    if (check_field(node, reader->complaints))
        add_column(reader, node, node->text, title != NULL ? title : node->text);
    else
        reader->is_good = FALSE;
}

static void read_field_with_title(ColumnReader *reader, const MgNode *node)
{
    const MgNode *key = NULL;
    const gchar *title = NULL;

    if (mg_node_count(node) != 1) {
        mg_check_complain(node, reader->complaints,
                          "a column is one pair \"field: title\", but here are %u; each needs "
                          "a line of its own that begins with \"- \"",
                          mg_node_count(node));
        reader->is_good = FALSE;
        return;
    }
    key = mg_node_key(node, 0);
    title = mg_check_text(mg_node_value(node, 0), "a column's title", reader->complaints);
    if (check_field(key, reader->complaints) && title != NULL)
        add_column(reader, key, key->text, title);
    else
        reader->is_good = FALSE;
}

static void read_list(ColumnReader *reader, const MgNode *list)
{
    for (guint i = 0; i < mg_node_count(list); i++) {
        const MgNode *node = mg_node_value(list, i);
        if (reader->columns->len > COLUMNS_LIMIT)
            return;
        if (node->kind == MG_NODE_LIST) {
            read_list(reader, node);
        } else if (node->kind == MG_NODE_MAP) {
            read_field_with_title(reader, node);
        } else if (mg_check_text(node, "a column", reader->complaints) != NULL) {
            read_bare_field(reader, node);
        } else {
            reader->is_good = FALSE;
        }
    }
}

static gboolean check_columns(const MgNode *node, const gchar *name, MgComplaints *complaints)
{
    if (node->kind == MG_NODE_LIST)
        return TRUE;
    if (node->kind == MG_NODE_MAP)
        mg_check_complain(node, complaints,
                          "%s must be a list of columns, since their order counts: write "
                          "\"- field: title\" instead of \"field: title\"",
                          name);
    else
        mg_check_complain(node, complaints,
                          "%s must be a list of columns, such as [source.asn, source.ip]", name);
    return FALSE;
}

MgTable *mg_yaml_tables_read_columns(const MgNode *node, const gchar *name, GHashTable *titles,
                                     MgComplaints *complaints)
{
    g_autoptr(GArray) columns = g_array_new(FALSE, FALSE, sizeof(MgTableColumn));
    ColumnReader reader = {columns, titles, complaints, TRUE};
    g_autofree gchar *quoted = mg_error_quote(name);
    MgTable *table = NULL;

    if (!check_columns(node, quoted, complaints))
        return NULL;
    read_list(&reader, node);
    if (!reader.is_good)
        return NULL;
    if (columns->len == 0 || columns->len > COLUMNS_LIMIT) {
        mg_check_complain(node, complaints, "%s needs one to %d columns", quoted, COLUMNS_LIMIT);
        return NULL;
    }
    table = mg_table_new(name, columns->len);
    for (guint i = 0; i < columns->len; i++) {
        const MgTableColumn *column = &g_array_index(columns, MgTableColumn, i);
        mg_table_set_column(table, i, column->field, column->title);
    }
    return table;
}

static void table_free(gpointer data)
{
    mg_table_free(data);
}

GHashTable *mg_yaml_tables_read(const MgNode *node, GHashTable *titles, MgComplaints *complaints)
{
    GHashTable *tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, table_free);

    if (!mg_check_map(node, "'tables'", complaints))
        return tables;
    if (mg_node_count(node) == 0)
        mg_check_complain(node, complaints, "'tables' is empty: this format would never answer");
    for (guint i = 0; i < mg_node_count(node); i++) {
        const gchar *name = mg_node_key(node, i)->text;
        MgTable *table =
            mg_yaml_tables_read_columns(mg_node_value(node, i), name, titles, complaints);
        if (table != NULL)
            g_hash_table_insert(tables, g_strdup(name), table);
    }
    return tables;
}
