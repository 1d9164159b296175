/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_json.h"

#include "base/json_writer.h"
#include "mime/reading.h"
#include "preview/table_text.h"

/* The writer's keys may be any text: those of an aggregate identifier are foreign. */
static void append_aggregate(GString *out, const MgPairs *pairs)
{
    mg_json_writer_open(out, "aggregate_identifier", '{');
    for (guint i = 0; i < mg_pairs_count(pairs); i++)
        mg_json_writer_text(out, mg_pairs_name(pairs, i), mg_pairs_text(pairs, i));
    mg_json_writer_close(out, '}');
}

static void append_group(GString *out, const MgGroup *group)
{
    mg_json_writer_text(out, "template_name", group->template_name);
    mg_json_writer_text(out, "notification_format", group->notification_format);
    mg_json_writer_text(out, "event_data_format", group->event_data_format);
    append_aggregate(out, group->aggregate);
    mg_json_writer_number(out, "n_events", (gint64)group->n_events);
    mg_json_writer_ids(out, "directive_ids", group->directive_ids, group->n_directives);
    mg_json_writer_ids(out, "event_ids", group->event_ids, group->n_events);
}

static void append_form(GString *out, const MgPart *part)
{
    gboolean is_known = part->n_parts > 0;

    mg_json_writer_text(out, "data_form", is_known ? mg_form_name(part->form) : NULL);
    mg_json_writer_number(out, "part", is_known ? part->number : 1);
    mg_json_writer_number(out, "n_parts", is_known ? part->n_parts : 1);
}

static void append_mail(GString *out, const MgPreviewEntry *entry)
{
    mg_json_writer_texts(out, "envelope_to", entry->envelope_tos);
    mg_json_writer_text(out, "subject", entry->subject);
    mg_json_writer_text(out, "ticket", entry->ticket);
    mg_json_writer_number(out, "size", (gint64)mg_preview_size(entry));
    if (entry->size_limit > 0)
        mg_json_writer_number(out, "size_limit", (gint64)entry->size_limit);
    else
        mg_json_writer_text(out, "size_limit", NULL);
    append_form(out, &entry->part);
    mg_json_writer_flag(out, "is_copy", entry->is_copy);
    mg_json_writer_flag(out, "is_resent", entry->is_resent);
    mg_json_writer_flag(out, "is_by_script", entry->kind == MG_PREVIEW_BY_SCRIPT);
}

static void append_what_becomes(GString *out, const MgPreviewEntry *entry)
{
    switch (entry->kind) {
    case MG_PREVIEW_POSTPONED:
        mg_json_writer_text(out, "reason", entry->reason);
        mg_json_writer_time(out, "until", entry->until);
        break;
    case MG_PREVIEW_FAILED:
    case MG_PREVIEW_COPY_FAILED:
        mg_json_writer_text(out, "error", entry->reason);
        mg_json_writer_flag(out, "is_copy", entry->kind == MG_PREVIEW_COPY_FAILED);
        break;
    case MG_PREVIEW_SKIPPED:
        mg_json_writer_text(out, "reason", entry->reason);
        break;
    case MG_PREVIEW_MAIL:
    case MG_PREVIEW_BY_SCRIPT:
    default:
        append_mail(out, entry);
        break;
    }
}

/* `number` counts from 1 within the entry's list; a line of its own for each. */
static void append_entry(GString *out, const MgPreviewEntry *entry, guint number)
{
    mg_json_writer_begin(out, NULL);
    g_string_append(out, "\n{");
    mg_json_writer_number(out, "number", number);
    mg_json_writer_text(out, "recipient", entry->recipient);
    mg_json_writer_text(out, "format", entry->format_name);
    append_what_becomes(out, entry);
    append_group(out, entry->group);
    mg_json_writer_close(out, '}');
}

static void append_entries(GString *out, const gchar *name, const GPtrArray *entries)
{
    mg_json_writer_open(out, name, '[');
    for (guint i = 0; i < entries->len; i++)
        append_entry(out, g_ptr_array_index(entries, i), i + 1);
    mg_json_writer_close(out, ']');
}

static void append_excesses(GString *out, const GPtrArray *excesses)
{
    mg_json_writer_open(out, "exceeded_limits", '[');
    for (guint i = 0; i < excesses->len; i++) {
        const MgExcess *excess = g_ptr_array_index(excesses, i);
        mg_json_writer_open(out, NULL, '{');
        mg_json_writer_text(out, "setting", excess->setting);
        mg_json_writer_number(out, "limit", excess->limit);
        mg_json_writer_number(out, "found", (gint64)excess->found);
        mg_json_writer_number(out, "excess", (gint64)(excess->found - excess->limit));
        mg_json_writer_text(out, "recipient", excess->recipient);
        mg_json_writer_text(out, "text", excess->text);
        mg_json_writer_close(out, '}');
    }
    mg_json_writer_close(out, ']');
}

void mg_preview_json_append(GString *out, const MgPreview *preview)
{
    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "version", preview->version);
    mg_json_writer_time(out, "made_at", preview->made_at);
    mg_json_writer_flag(out, "will_be_signed", preview->will_sign);
    mg_json_writer_number(out, "n_mails", preview->mails->len);
    mg_json_writer_number(out, "n_events", (gint64)mg_preview_count_events(preview));
    mg_json_writer_number(out, "n_postponed", preview->postponed->len);
    mg_json_writer_number(out, "n_failed", preview->failed->len);
    mg_json_writer_number(out, "n_skipped", preview->skipped->len);
    mg_json_writer_text(out, "rejected", preview->rejected_note);
    mg_json_writer_text(out, "set_aside", preview->set_aside_note);
    append_excesses(out, preview->excesses);
    append_entries(out, "mails", preview->mails);
    append_entries(out, "postponed", preview->postponed);
    append_entries(out, "failed", preview->failed);
    append_entries(out, "skipped", preview->skipped);
    mg_json_writer_close(out, '}');
}

/* Text as a string, a table as an array of rows. */
static void append_block(GString *out, const MgTableTextBlock *block)
{
    if (block->rows == NULL) {
        mg_json_writer_text(out, NULL, block->text);
        return;
    }
    mg_json_writer_open(out, NULL, '[');
    for (guint i = 0; i < block->rows->len; i++)
        mg_json_writer_texts(out, NULL, g_ptr_array_index(block->rows, i));
    mg_json_writer_close(out, ']');
}

static void append_part(GString *out, const MgReadingPart *part)
{
    g_autoptr(GPtrArray) blocks = mg_table_text_of_part(part->type, part->text);

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "name", part->name);
    mg_json_writer_text(out, "type", part->type);
    mg_json_writer_number(out, "size", (gint64)part->size);
    mg_json_writer_flag(out, "is_body", mg_reading_part_is_body(part));
    mg_json_writer_open(out, "blocks", '[');
    for (guint i = 0; blocks != NULL && i < blocks->len; i++)
        append_block(out, g_ptr_array_index(blocks, i));
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
}

void mg_preview_json_append_reading(GString *out, const MgPreviewEntry *entry)
{
    g_autoptr(MgReading) reading = mg_reading_new(entry->wire);

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_open(out, "headers", '[');
    for (guint i = 0; i < reading->headers->len; i++) {
        const MgReadingHeader *header = g_ptr_array_index(reading->headers, i);
        gchar *both[] = {header->name, header->text, NULL};
        mg_json_writer_texts(out, NULL, both);
    }
    mg_json_writer_close(out, ']');
    mg_json_writer_open(out, "parts", '[');
    for (guint i = 0; i < reading->parts->len; i++)
        append_part(out, g_ptr_array_index(reading->parts, i));
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
}
