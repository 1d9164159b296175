/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_mail.h"

#include "mime/reading.h"
#include "preview/screen_text.h"
#include "preview/table_text.h"

#include <string.h>

static void append_field(GString *out, const gchar *name, const gchar *text)
{
    mg_screen_text_append(out, name, FALSE);
    g_string_append(out, ": ");
    mg_screen_text_append(out, text, FALSE);
    g_string_append_c(out, '\n');
}

static void append_form(GString *out, const MgPreviewEntry *entry)
{
    g_autofree gchar *form = mg_preview_form(entry);
    g_autofree gchar *size = mg_screen_text_size(mg_preview_size(entry));
    g_autofree gchar *most = mg_screen_text_size(entry->size_limit);
    g_autofree gchar *both =
        g_strdup_printf("%s, %s%s%s", form, size, entry->size_limit > 0 ? " of at most " : "",
                        entry->size_limit > 0 ? most : "");

    append_field(out, "Form", both);
}

static void append_headers(GString *out, const MgPreviewEntry *entry, const MgReading *reading)
{
    g_autofree gchar *tos = g_strjoinv(", ", entry->envelope_tos);

    append_field(out, "Envelope to", tos);
    if (entry->part.n_parts > 0)
        append_form(out, entry);
    for (guint i = 0; i < reading->headers->len; i++) {
        const MgReadingHeader *header = g_ptr_array_index(reading->headers, i);
        append_field(out, header->name, header->text);
    }
}

static GPtrArray *tame_rows(const MgTableTextBlock *block)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);

    for (guint i = 0; i < block->rows->len; i++) {
        gchar **cells = g_strdupv(g_ptr_array_index(block->rows, i));
        for (guint j = 0; cells[j] != NULL; j++) {
            gchar *tame = mg_screen_text_tame(cells[j]);
            g_free(cells[j]);
            cells[j] = tame;
        }
        g_ptr_array_add(rows, cells);
    }
    return rows;
}

static void append_rule(GString *out, const gsize *widths, guint n_columns)
{
    for (guint i = 0; i < n_columns; i++) {
        g_string_append(out, i > 0 ? "  " : "");
        for (gsize j = 0; j < widths[i]; j++)
            g_string_append_c(out, '-');
    }
    g_string_append_c(out, '\n');
}

static void append_table(GString *out, const MgTableTextBlock *block)
{
    guint n_columns = mg_table_text_n_columns(block);
    g_autofree gsize *widths = g_new0(gsize, n_columns);
    g_autoptr(GPtrArray) rows = tame_rows(block);

    for (guint i = 0; i < rows->len; i++)
        for (guint j = 0; j < n_columns; j++) {
            gchar **cells = g_ptr_array_index(rows, i);
            widths[j] = MAX(widths[j], mg_screen_text_width(cells[j]));
        }
    for (guint i = 0; i < rows->len; i++) {
        gchar **cells = g_ptr_array_index(rows, i);

        for (guint j = 0; j < n_columns; j++) {
            g_string_append(out, j > 0 ? "  " : "");
            if (j + 1 < n_columns)
                mg_screen_text_append_cell(out, cells[j], widths[j]);
            else
                g_string_append(out, cells[j]);
        }
        g_string_append_c(out, '\n');
        if (i == 0)
            append_rule(out, widths, n_columns);
    }
}

static void append_blocks(GString *out, const GPtrArray *blocks)
{
    for (guint i = 0; i < blocks->len; i++) {
        const MgTableTextBlock *block = g_ptr_array_index(blocks, i);
        if (block->rows != NULL)
            append_table(out, block);
        else
            mg_screen_text_append(out, block->text, TRUE);
    }
    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c(out, '\n');
}

static void append_attachment_head(GString *out, const MgReadingPart *part)
{
    g_autofree gchar *size = mg_screen_text_size(part->size);

    g_string_append(out, "\n--- ");
    mg_screen_text_append(out, part->name != NULL ? part->name : "part without name", FALSE);
    g_string_append(out, " (");
    mg_screen_text_append(out, part->type, FALSE);
    g_string_append_printf(out, ", %s)\n", size);
}

static void append_part(GString *out, const MgReadingPart *part)
{
    g_autoptr(GPtrArray) blocks = NULL;

    if (mg_reading_part_is_body(part))
        g_string_append_c(out, '\n');
    else
        append_attachment_head(out, part);
    blocks = mg_table_text_of_part(part->type, part->text);
    if (blocks != NULL)
        append_blocks(out, blocks);
}

gchar *mg_preview_mail_text(const MgPreviewEntry *entry)
{
    GString *out = g_string_new(NULL);
    g_autoptr(MgReading) reading = NULL;

    if (entry->wire == NULL) {
        g_string_append(out, "The format script sends this mail by its own send(): what it will be "
                             "is known only when it is sent.\n");
        return g_string_free(out, FALSE);
    }
    reading = mg_reading_new(entry->wire);
    append_headers(out, entry, reading);
    for (guint i = 0; i < reading->parts->len; i++)
        append_part(out, g_ptr_array_index(reading->parts, i));
    return g_string_free(out, FALSE);
}
