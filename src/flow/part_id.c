/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/part_id.h"

#include <string.h>

gchar *mg_part_id_new(const gchar *base, guint number, guint n_parts)
{
    const gchar *at = strrchr(base, '@');

    g_assert(at != NULL);
    return g_strdup_printf("%.*s.%uof%u%s", (gint)(at - base), base, number, n_parts, at);
}

/* Without leading zeros, which mg_part_id_new() does not write. */
static gboolean take_number(const gchar **text, guint *number)
{
    gchar *end = NULL;
    guint64 value = g_ascii_isdigit(**text) ? g_ascii_strtoull(*text, &end, 10) : 0;

    if (value == 0 || value > G_MAXINT || **text == '0')
        return FALSE;
    *number = (guint)value;
    *text = end;
    return TRUE;
}

gboolean mg_part_id_parse(const gchar *id, gchar **base, guint *number, guint *n_parts)
{
    const gchar *at = strrchr(id, '@');
    const gchar *dot = at != NULL ? g_strrstr_len(id, at - id, ".") : NULL;
    const gchar *text = dot != NULL ? dot + 1 : NULL;

    if (dot == NULL || !take_number(&text, number) || !g_str_has_prefix(text, "of"))
        return FALSE;
    text += strlen("of");
    if (!take_number(&text, n_parts) || text != at || *number > *n_parts || *n_parts < 2)
        return FALSE;
    *base = g_strdup_printf("%.*s%s", (gint)(dot - id), id, at);
    return TRUE;
}
