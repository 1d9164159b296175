/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview.h"

#include "base/clock.h"

static void entry_free(gpointer data)
{
    MgPreviewEntry *entry = data;

    mg_group_unref(entry->group);
    g_free(entry->format_name);
    g_free(entry->recipient);
    g_strfreev(entry->envelope_tos);
    g_free(entry->subject);
    g_free(entry->ticket);
    g_clear_pointer(&entry->wire, g_bytes_unref);
    g_free(entry->reason);
    g_free(entry);
}

MgPreview *mg_preview_new(void)
{
    MgPreview *preview = g_new0(MgPreview, 1);

    preview->mails = g_ptr_array_new_with_free_func(entry_free);
    preview->postponed = g_ptr_array_new_with_free_func(entry_free);
    preview->failed = g_ptr_array_new_with_free_func(entry_free);
    preview->skipped = g_ptr_array_new_with_free_func(entry_free);
    preview->excesses = g_ptr_array_new_with_free_func((GDestroyNotify)mg_excess_free);
    preview->made_at = mg_clock_now();
    preview->version = "";
    return preview;
}

void mg_preview_free(MgPreview *preview)
{
    if (preview == NULL)
        return;
    g_ptr_array_unref(preview->mails);
    g_ptr_array_unref(preview->postponed);
    g_ptr_array_unref(preview->failed);
    g_ptr_array_unref(preview->skipped);
    g_ptr_array_unref(preview->excesses);
    g_free(preview->rejected_note);
    g_free(preview->set_aside_note);
    g_free(preview);
}

static GPtrArray *list_for(MgPreview *preview, MgPreviewKind kind)
{
    switch (kind) {
    case MG_PREVIEW_MAIL:
    case MG_PREVIEW_BY_SCRIPT:
        return preview->mails;
    case MG_PREVIEW_POSTPONED:
        return preview->postponed;
    case MG_PREVIEW_SKIPPED:
        return preview->skipped;
    case MG_PREVIEW_FAILED:
    case MG_PREVIEW_COPY_FAILED:
    default:
        return preview->failed;
    }
}

MgPreviewEntry *mg_preview_add(MgPreview *preview, MgPreviewKind kind, const MgGroup *group)
{
    MgPreviewEntry *entry = g_new0(MgPreviewEntry, 1);

    entry->kind = kind;
    entry->group = mg_group_ref(group);
    entry->recipient = g_strdup(group->recipient_address);
    entry->envelope_tos = g_new0(gchar *, 2);
    entry->envelope_tos[0] = g_strdup(group->recipient_address);
    entry->until = MG_CLOCK_NONE;
    g_ptr_array_add(list_for(preview, kind), entry);
    return entry;
}

static void replace(gchar **place, const gchar *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

void mg_preview_set_mail(MgPreviewEntry *entry, const MgMail *mail)
{
    replace(&entry->recipient, mail->recipient);
    replace(&entry->subject, mail->subject);
    replace(&entry->ticket, mail->ticket);
    g_strfreev(entry->envelope_tos);
    entry->envelope_tos = g_strdupv(mail->envelope_tos);
    g_clear_pointer(&entry->wire, g_bytes_unref);
    entry->wire = g_bytes_ref(mail->wire);
}

static gint64 first_directive(const MgPreviewEntry *entry)
{
    return entry->group->n_directives > 0 ? entry->group->directive_ids[0] : 0;
}

/* g_ptr_array_sort() is stable: mails of one group, told by one worker, stay in their order. */
static gint compare(gconstpointer a, gconstpointer b)
{
    const MgPreviewEntry *one = *(const MgPreviewEntry *const *)a;
    const MgPreviewEntry *other = *(const MgPreviewEntry *const *)b;
    gint64 first = first_directive(one);
    gint64 second = first_directive(other);

    if (one->position != other->position)
        return one->position < other->position ? -1 : 1;
    return (first > second) - (first < second);
}

static void note_groups(GHashTable *groups, const GPtrArray *entries)
{
    for (guint i = 0; i < entries->len; i++)
        g_hash_table_add(groups, ((const MgPreviewEntry *)entries->pdata[i])->group);
}

/* Each task of the run has a group object of its own. */
static void drop_taken_over(MgPreview *preview)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    guint i = 0;

    note_groups(seen, preview->mails);
    note_groups(seen, preview->postponed);
    note_groups(seen, preview->failed);
    while (i < preview->skipped->len) {
        const MgPreviewEntry *entry = g_ptr_array_index(preview->skipped, i);
        if (g_hash_table_add(seen, entry->group))
            i++;
        else
            g_ptr_array_remove_index(preview->skipped, i);
    }
}

static void set_positions(GHashTable *positions, const GPtrArray *entries)
{
    for (guint i = 0; i < entries->len; i++) {
        MgPreviewEntry *entry = g_ptr_array_index(entries, i);
        entry->position = GPOINTER_TO_UINT(g_hash_table_lookup(positions, entry->group));
    }
}

void mg_preview_set_order(MgPreview *preview, const GPtrArray *groups)
{
    g_autoptr(GHashTable) positions = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < groups->len; i++)
        g_hash_table_insert(positions, g_ptr_array_index(groups, i), GUINT_TO_POINTER(i + 1));
    set_positions(positions, preview->mails);
    set_positions(positions, preview->postponed);
    set_positions(positions, preview->failed);
    set_positions(positions, preview->skipped);
}

void mg_preview_sort(MgPreview *preview)
{
    drop_taken_over(preview);
    g_ptr_array_sort(preview->mails, compare);
    g_ptr_array_sort(preview->postponed, compare);
    g_ptr_array_sort(preview->failed, compare);
    g_ptr_array_sort(preview->skipped, compare);
}

/* Uncertain deliveries of one group are tasks, and group objects, of their own. */
gsize mg_preview_count_events(const MgPreview *preview)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    gsize count = 0;

    for (guint i = 0; i < preview->mails->len; i++) {
        const MgPreviewEntry *entry = g_ptr_array_index(preview->mails, i);
        if (entry->group->n_directives == 0 || g_hash_table_add(seen, entry->group->directive_ids))
            count += entry->group->n_events;
    }
    return count;
}

gchar *mg_preview_form(const MgPreviewEntry *entry)
{
    const MgPart *part = &entry->part;

    if (part->n_parts == 0)
        return g_strdup("-");
    if (part->n_parts == 1)
        return g_strdup(mg_form_name(part->form));
    return g_strdup_printf("%s %u/%u", mg_form_name(part->form), part->number, part->n_parts);
}

gsize mg_preview_size(const MgPreviewEntry *entry)
{
    return entry->wire != NULL ? g_bytes_get_size(entry->wire) : 0;
}
