/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/table_text.h"

#include "preview/report_text.h"

#include <string.h>

static void block_free(gpointer data)
{
    MgTableTextBlock *block = data;

    g_free(block->text);
    g_clear_pointer(&block->rows, g_ptr_array_unref);
    g_free(block);
}

static GPtrArray *new_rows(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
}

static void add_text(GPtrArray *blocks, const gchar *from, const gchar *to)
{
    MgTableTextBlock *block;

    if (from == to)
        return;
    block = g_new0(MgTableTextBlock, 1);
    block->text = g_strndup(from, (gsize)(to - from));
    g_ptr_array_add(blocks, block);
}

static void add_table(GPtrArray *blocks, GPtrArray *rows)
{
    MgTableTextBlock *block = g_new0(MgTableTextBlock, 1);

    block->rows = rows;
    g_ptr_array_add(blocks, block);
}

/* `at` on the opening quote; the place after the closing one, NULL where there is none. */
static const gchar *read_quoted(const gchar *at, gchar **field)
{
    GString *text = g_string_new(NULL);

    for (at++; *at != '\0'; at++) {
        if (*at == '"' && at[1] != '"') {
            *field = g_string_free(text, FALSE);
            return at + 1;
        }
        g_string_append_c(text, *at);
        if (*at == '"')
            at++;
    }
    g_string_free(text, TRUE);
    return NULL;
}

static const gchar *read_field(const gchar *at, gboolean all_quoted, gchar **field)
{
    gsize length;

    if (*at == '"')
        return read_quoted(at, field);
    if (all_quoted)
        return NULL;
    length = strcspn(at, ",\"\n");
    *field = g_strndup(at, length);
    return at + length;
}

/* The place after the row and its line end; NULL, and no row, where it is no CSV. */
static const gchar *read_row(const gchar *at, gboolean all_quoted, gchar ***row)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);

    for (;;) {
        gchar *field;

        at = read_field(at, all_quoted, &field);
        if (at == NULL)
            return NULL;
        g_ptr_array_add(fields, field);
        if (*at != ',')
            break;
        at++;
    }
    if (*at != '\n' && *at != '\0')
        return NULL;
    g_ptr_array_set_free_func(fields, NULL);
    g_ptr_array_add(fields, NULL);
    *row = (gchar **)g_ptr_array_steal(fields, NULL);
    return *at == '\n' ? at + 1 : at;
}

/* Rows as long as the first; the place after the last. */
static const gchar *read_rows(const gchar *at, gboolean all_quoted, GPtrArray *rows)
{
    while (*at != '\0') {
        gchar **row;
        const gchar *after = read_row(at, all_quoted, &row);

        if (after == NULL)
            break;
        if (rows->len > 0 && g_strv_length(row) != g_strv_length(g_ptr_array_index(rows, 0))) {
            g_strfreev(row);
            break;
        }
        g_ptr_array_add(rows, row);
        at = after;
    }
    return at;
}

static gboolean is_table(const GPtrArray *rows)
{
    return rows->len >= 2 && g_strv_length(g_ptr_array_index(rows, 0)) >= 2;
}

static const gchar *next_line(const gchar *at)
{
    const gchar *end = strchr(at, '\n');

    return end != NULL ? end + 1 : at + strlen(at);
}

GPtrArray *mg_table_text_split(const gchar *text)
{
    GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);
    const gchar *plain = text;

    for (const gchar *at = text; *at != '\0';) {
        g_autoptr(GPtrArray) rows = new_rows();
        const gchar *after = *at == '"' ? read_rows(at, TRUE, rows) : at;

        if (!is_table(rows)) {
            at = next_line(at);
            continue;
        }
        add_text(blocks, plain, at);
        add_table(blocks, g_steal_pointer(&rows));
        plain = at = after;
    }
    add_text(blocks, plain, plain + strlen(plain));
    return blocks;
}

GPtrArray *mg_table_text_read(const gchar *text)
{
    g_autoptr(GPtrArray) rows = new_rows();
    GPtrArray *blocks;

    if (*read_rows(text, FALSE, rows) != '\0' || rows->len < 2)
        return NULL;
    blocks = g_ptr_array_new_with_free_func(block_free);
    add_table(blocks, g_steal_pointer(&rows));
    return blocks;
}

GPtrArray *mg_table_text_of_part(const gchar *type, const gchar *text)
{
    g_autofree gchar *readable = NULL;
    GPtrArray *blocks = NULL;

    if (text == NULL)
        return NULL;
    if (g_str_equal(type, "application/json"))
        text = readable = mg_report_text_of(text);
    else if (g_str_equal(type, "text/csv"))
        blocks = mg_table_text_read(text);
    return blocks != NULL ? blocks : mg_table_text_split(text);
}

guint mg_table_text_n_columns(const MgTableTextBlock *block)
{
    return g_strv_length(g_ptr_array_index(block->rows, 0));
}
