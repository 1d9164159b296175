/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/table.h"

static const struct {
    const gchar *field;
    const gchar *title;
} builtin_columns[] = {
    {"source.asn", "asn"},
    {"source.ip", "ip"},
    {"time.source", "timestamp"},
    {"source.port", "src_port"},
    {"destination.ip", "dst_ip"},
    {"destination.port", "dst_port"},
    {"destination.fqdn", "dst_host"},
    {"protocol.transport", "proto"},
};

MgTable *mg_table_new(const gchar *name, gsize n_columns)
{
    MgTable *table = g_new(MgTable, 1);

    table->name = g_strdup(name);
    table->n_columns = n_columns;
    table->columns = g_new0(MgTableColumn, n_columns);
    return table;
}

void mg_table_free(MgTable *table)
{
    if (table == NULL)
        return;
    for (gsize i = 0; i < table->n_columns; i++) {
        g_free(table->columns[i].field);
        g_free(table->columns[i].title);
    }
    g_free(table->columns);
    g_free(table->name);
    g_free(table);
}

void mg_table_set_column(MgTable *table, gsize index, const gchar *field, const gchar *title)
{
    g_assert(index < table->n_columns && table->columns[index].field == NULL);
    table->columns[index] = (MgTableColumn){g_strdup(field), g_strdup(title)};
}

const MgTable *mg_table_builtin(void)
{
    static gsize made;

    if (g_once_init_enter(&made)) {
        MgTable *table = mg_table_new("built-in", G_N_ELEMENTS(builtin_columns));
        for (gsize i = 0; i < table->n_columns; i++)
            mg_table_set_column(table, i, builtin_columns[i].field, builtin_columns[i].title);
        g_once_init_leave(&made, (gsize)table);
    }
    return (const MgTable *)made;
}

const gchar **mg_table_fields(const MgTable *table)
{
    const gchar **fields = g_new0(const gchar *, table->n_columns + 1);

    for (gsize i = 0; i < table->n_columns; i++)
        fields[i] = table->columns[i].field;
    return fields;
}

gboolean mg_table_is_field_name(const gchar *name)
{
    if (g_str_has_prefix(name, "extra.") && name[6] != '\0')
        return g_utf8_validate(name, -1, NULL);
    if (*name == '\0')
        return FALSE;
    for (; *name != '\0'; name++)
        if (!g_ascii_isalnum(*name) && *name != '_' && *name != '.')
            return FALSE;
    return TRUE;
}

gboolean mg_table_is_hidden(const gchar *field)
{
    return g_str_equal(field, "extra") || g_str_equal(field, "extra.certbund");
}
