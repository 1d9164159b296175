/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/address_advice.h"

#include <string.h>

/* Such as a no-break space, which comes with what is copied from a page. */
static gchar *advise_on_space(const gchar *text)
{
    for (const gchar *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (character > 0x7f && g_unichar_isspace(character))
            return g_strdup_printf("take out the character U+%04X, which only looks like a space",
                                   character);
    }
    return NULL;
}

static guint count_ats(const gchar *text)
{
    guint count = 0;

    for (; (text = strchr(text, '@')) != NULL; text++)
        count++;
    return count;
}

static gboolean is_in_quotes(const gchar *text)
{
    gsize length = strlen(text);

    return length > 2 && text[0] == text[length - 1] && (text[0] == '"' || text[0] == '\'') &&
           strchr(text, '@') != NULL;
}

static const gchar *advise_on_end(const gchar *text)
{
    if (g_str_has_suffix(text, "."))
        return "take out the dot at the end";
    if (g_str_has_suffix(text, ",") || g_str_has_suffix(text, ";"))
        return "nothing stands behind the last address";
    return NULL;
}

static const gchar *advise_on_text(const gchar *text)
{
    const gchar *begin = text + strspn(text, "<");

    if (g_ascii_strncasecmp(begin, "mailto:", strlen("mailto:")) == 0)
        return "take out mailto:";
    if (is_in_quotes(text))
        return "take out the quotes";
    if (count_ats(text) > 1 && strpbrk(text, "; |/\t") != NULL)
        return "a comma stands between two addresses";
    return advise_on_end(text);
}

gchar *mg_address_advice(const gchar *text)
{
    g_autofree gchar *stripped = g_strstrip(g_strdup(text));
    gchar *advice = advise_on_space(stripped);

    return advice != NULL ? advice : g_strdup(advise_on_text(stripped));
}
