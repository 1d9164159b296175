/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/subject_text.h"

#include <string.h>

#define SHORTEST_HEAD 10 /* characters before the gap */
#define ELLIPSIS "…"

static gsize common_bytes(const gchar *a, const gchar *b)
{
    gsize common = 0;

    while (a[common] != '\0' && a[common] == b[common])
        common++;
    return common;
}

static gint compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* For each different text, how many bytes of its beginning another one shares: sorted, that is one
 * beside it. Keys are those of `subjects`. */
static GHashTable *find_common(gchar *const *subjects)
{
    GHashTable *common = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();

    for (gsize i = 0; subjects[i] != NULL; i++)
        if (g_hash_table_insert(common, subjects[i], GSIZE_TO_POINTER(0)))
            g_ptr_array_add(sorted, subjects[i]);
    g_ptr_array_sort(sorted, compare);
    for (guint i = 0; i < sorted->len; i++) {
        const gchar *text = g_ptr_array_index(sorted, i);
        gsize before = i > 0 ? common_bytes(text, g_ptr_array_index(sorted, i - 1)) : 0;
        gsize after =
            i + 1 < sorted->len ? common_bytes(text, g_ptr_array_index(sorted, i + 1)) : 0;

        g_hash_table_insert(common, (gpointer)text, GSIZE_TO_POINTER(MAX(before, after)));
    }
    return common;
}

/* The beginning of the word that `at` is in; `text` where it is the first. */
static const gchar *word_start(const gchar *text, const gchar *at)
{
    while (at > text && at[-1] != ' ')
        at--;
    return at;
}

static gchar *cut_end(const gchar *text, glong limit)
{
    g_autofree gchar *kept = g_utf8_substring(text, 0, limit - 1);

    return g_strconcat(kept, ELLIPSIS, NULL);
}

static gchar *shorten(const gchar *text, gsize common, glong limit)
{
    glong length = g_utf8_strlen(text, -1);
    const gchar *differs = word_start(text, text + common);
    glong tail_length = g_utf8_strlen(differs, -1);
    g_autofree gchar *head = NULL;
    g_autofree gchar *joined = NULL;
    glong head_length;

    if (length <= limit)
        return g_strdup(text);
    if (g_utf8_pointer_to_offset(text, text + common) + 2 < limit)
        return cut_end(text, limit); /* what differs is seen */
    head_length = MAX(limit - 1 - tail_length, SHORTEST_HEAD);
    head = g_utf8_substring(text, 0, MIN(head_length, length - tail_length));
    joined = g_strconcat(head, ELLIPSIS, differs, NULL);
    return g_utf8_strlen(joined, -1) <= limit ? g_steal_pointer(&joined) : cut_end(joined, limit);
}

gchar **mg_subject_text_shorten(gchar *const *subjects, glong limit)
{
    g_autoptr(GHashTable) common = find_common(subjects);
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    for (gsize i = 0; subjects[i] != NULL; i++) {
        g_autofree gchar *one =
            shorten(subjects[i], GPOINTER_TO_SIZE(g_hash_table_lookup(common, subjects[i])), limit);
        g_strv_builder_add(all, one);
    }
    return g_strv_builder_end(all);
}
