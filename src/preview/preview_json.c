/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_json.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "mime/reading.h"
#include "preview/table_text.h"

static void append_member(GString *out, const gchar *name, const gchar *text)
{
    g_string_append_printf(out, ",\"%s\":", name);
    mg_json_text_append_string(out, text);
}

static void append_count(GString *out, const gchar *name, gsize count)
{
    g_string_append_printf(out, ",\"%s\":%" G_GSIZE_FORMAT, name, count);
}

static void append_flag(GString *out, const gchar *name, gboolean value)
{
    g_string_append_printf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void append_ids(GString *out, const gchar *name, const gint64 *ids, gsize n_ids)
{
    g_autofree gchar *list = mg_group_format_ids(ids, n_ids);

    g_string_append_printf(out, ",\"%s\":[%s]", name, list);
}

static void append_texts(GString *out, gchar *const *texts)
{
    g_string_append_c(out, '[');
    for (guint i = 0; texts[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        mg_json_text_append_string(out, texts[i]);
    }
    g_string_append_c(out, ']');
}

/* `2026-11-20T03:04:05Z`, or null. */
static void append_time(GString *out, const gchar *name, gint64 time)
{
    g_autofree gchar *text = time != MG_CLOCK_NONE ? mg_clock_format_utc(time) : NULL;

    if (text == NULL)
        g_string_append_printf(out, ",\"%s\":null", name);
    else
        g_string_append_printf(out, ",\"%s\":\"%.10sT%.8sZ\"", name, text, text + 11);
}

void mg_preview_json_append_summary(GString *out, const MgPreview *preview)
{
    g_string_append(out, "\"version\":");
    mg_json_text_append_string(out, preview->version);
    append_time(out, "made_at", preview->made_at);
    append_flag(out, "will_be_signed", preview->will_sign);
    append_count(out, "n_mails", preview->mails->len);
    append_count(out, "n_events", mg_preview_count_events(preview));
    append_count(out, "n_postponed", preview->postponed->len);
    append_count(out, "n_failed", preview->failed->len);
    append_count(out, "n_skipped", preview->n_skipped);
}

static void append_aggregate(GString *out, const MgPairs *pairs)
{
    g_string_append(out, ",\"aggregate_identifier\":{");
    for (guint i = 0; i < mg_pairs_count(pairs); i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        mg_json_text_append_string(out, mg_pairs_name(pairs, i));
        g_string_append_c(out, ':');
        mg_json_text_append_string(out, mg_pairs_text(pairs, i));
    }
    g_string_append_c(out, '}');
}

static void append_group(GString *out, const MgGroup *group)
{
    append_member(out, "template_name", group->template_name);
    append_member(out, "notification_format", group->notification_format);
    append_member(out, "event_data_format", group->event_data_format);
    append_aggregate(out, group->aggregate);
    append_count(out, "n_events", group->n_events);
    append_ids(out, "directive_ids", group->directive_ids, group->n_directives);
    append_ids(out, "event_ids", group->event_ids, group->n_events);
}

static void append_mail(GString *out, const MgPreviewEntry *entry)
{
    g_string_append(out, ",\"envelope_tos\":");
    append_texts(out, entry->envelope_tos);
    append_member(out, "subject", entry->subject);
    append_member(out, "ticket", entry->ticket);
    append_count(out, "size", mg_preview_size(entry));
    append_flag(out, "is_copy", entry->is_copy);
    append_flag(out, "is_resent", entry->is_resent);
    append_flag(out, "is_by_script", entry->kind == MG_PREVIEW_BY_SCRIPT);
}

void mg_preview_json_append_entry(GString *out, const MgPreviewEntry *entry, guint number)
{
    g_string_append_printf(out, "{\"number\":%u", number);
    append_member(out, "recipient", entry->recipient);
    append_member(out, "format", entry->format_name);
    switch (entry->kind) {
    case MG_PREVIEW_POSTPONED:
        append_member(out, "reason", entry->reason);
        append_time(out, "until", entry->until);
        break;
    case MG_PREVIEW_FAILED:
    case MG_PREVIEW_COPY_FAILED:
        append_member(out, "error", entry->reason);
        append_flag(out, "is_copy", entry->kind == MG_PREVIEW_COPY_FAILED);
        break;
    case MG_PREVIEW_MAIL:
    case MG_PREVIEW_BY_SCRIPT:
    default:
        append_mail(out, entry);
        break;
    }
    append_group(out, entry->group);
    g_string_append_c(out, '}');
}

static void append_block(GString *out, const MgTableTextBlock *block)
{
    if (block->rows == NULL) {
        mg_json_text_append_string(out, block->text);
        return;
    }
    g_string_append_c(out, '[');
    for (guint i = 0; i < block->rows->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_texts(out, g_ptr_array_index(block->rows, i));
    }
    g_string_append_c(out, ']');
}

static GPtrArray *blocks_of(const MgReadingPart *part)
{
    GPtrArray *blocks = NULL;

    if (part->text == NULL)
        return NULL;
    if (g_str_equal(part->type, "text/csv"))
        blocks = mg_table_text_read(part->text);
    return blocks != NULL ? blocks : mg_table_text_split(part->text);
}

/* Text as a string, a table as an array of rows; null where the part is no text. */
static void append_part(GString *out, const MgReadingPart *part)
{
    g_autoptr(GPtrArray) blocks = blocks_of(part);

    g_string_append(out, "{\"name\":");
    mg_json_text_append_string(out, part->name);
    append_member(out, "type", part->type);
    append_count(out, "size", part->size);
    append_flag(out, "is_body", mg_reading_part_is_body(part));
    g_string_append(out, blocks != NULL ? ",\"blocks\":[" : ",\"blocks\":null}");
    if (blocks == NULL)
        return;
    for (guint i = 0; i < blocks->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_block(out, g_ptr_array_index(blocks, i));
    }
    g_string_append(out, "]}");
}

void mg_preview_json_append_reading(GString *out, const MgPreviewEntry *entry)
{
    g_autoptr(MgReading) reading = mg_reading_new(entry->wire);

    g_string_append(out, "{\"headers\":[");
    for (guint i = 0; i < reading->headers->len; i++) {
        const MgReadingHeader *header = g_ptr_array_index(reading->headers, i);
        gchar *both[] = {header->name, header->text, NULL};

        if (i > 0)
            g_string_append_c(out, ',');
        append_texts(out, both);
    }
    g_string_append(out, "],\"parts\":[");
    for (guint i = 0; i < reading->parts->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_part(out, g_ptr_array_index(reading->parts, i));
    }
    g_string_append(out, "]}");
}
