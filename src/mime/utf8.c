/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/utf8.h"

#include "base/error.h"

#include <string.h>

gboolean mg_utf8_check(const gchar *what, const gchar *text, GError **error)
{
    const gchar *bad;
    g_autofree gchar *quoted = NULL;

    if (g_utf8_validate(text, -1, &bad))
        return TRUE;
    quoted = mg_error_quote_bytes(bad, strnlen(bad, 16));
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is not UTF-8 at byte %" G_GSIZE_FORMAT ": %s",
                what, (gsize)(bad - text), quoted);
    return FALSE;
}
