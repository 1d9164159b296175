/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/pairs.h"

typedef struct {
    gchar *name;
    gchar *text;
} Pair;

struct MgPairs {
    GArray *pairs; /* of Pair; searched in line, since lists are short */
};

static void pair_clear(gpointer data)
{
    Pair *pair = data;

    g_free(pair->name);
    g_free(pair->text);
}

static Pair *find(const MgPairs *pairs, const gchar *name)
{
    for (guint i = 0; i < pairs->pairs->len; i++) {
        Pair *pair = &g_array_index(pairs->pairs, Pair, i);
        if (g_str_equal(pair->name, name))
            return pair;
    }
    return NULL;
}

MgPairs *mg_pairs_new(void)
{
    MgPairs *pairs = g_new(MgPairs, 1);

    pairs->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_array_set_clear_func(pairs->pairs, pair_clear);
    return pairs;
}

void mg_pairs_free(MgPairs *pairs)
{
    if (pairs == NULL)
        return;
    g_array_unref(pairs->pairs);
    g_free(pairs);
}

void mg_pairs_set(MgPairs *pairs, const gchar *name, const gchar *text)
{
    Pair *known = find(pairs, name);
    Pair added;

    if (known != NULL) {
        gchar *old = known->text; /* `text` may be this very string */
        known->text = g_strdup(text);
        g_free(old);
        return;
    }
    added = (Pair){g_strdup(name), g_strdup(text)};
    g_array_append_val(pairs->pairs, added);
}

void mg_pairs_update(MgPairs *pairs, const MgPairs *other)
{
    for (guint i = 0; i < mg_pairs_count(other); i++)
        mg_pairs_set(pairs, mg_pairs_name(other, i), mg_pairs_text(other, i));
}

guint mg_pairs_count(const MgPairs *pairs)
{
    return pairs->pairs->len;
}

const gchar *mg_pairs_name(const MgPairs *pairs, guint index)
{
    g_assert(index < pairs->pairs->len);
    return g_array_index(pairs->pairs, Pair, index).name;
}

const gchar *mg_pairs_text(const MgPairs *pairs, guint index)
{
    g_assert(index < pairs->pairs->len);
    return g_array_index(pairs->pairs, Pair, index).text;
}

gboolean mg_pairs_lookup(const MgPairs *pairs, const gchar *name, const gchar **text)
{
    const Pair *pair = find(pairs, name);

    if (pair == NULL)
        return FALSE;
    if (text != NULL)
        *text = pair->text;
    return TRUE;
}
