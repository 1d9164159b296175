/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/format.h"

#include "base/error.h"

MgDecision *mg_format_decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    return format->klass->decide(format, question, error);
}

gboolean mg_format_check_site(const GPtrArray *formats, const MgReportFormSite *site,
                              GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint i = 0; i < formats->len; i++) {
        const MgFormat *format = g_ptr_array_index(formats, i);
        g_autoptr(GError) failure = NULL;

        if (format->klass->check_site == NULL || format->klass->check_site(format, site, &failure))
            continue;
        g_string_append_printf(all, "%s%s: %s", all->len > 0 ? "\n" : "", format->filename,
                               failure->message);
    }
    if (all->len == 0)
        return TRUE;
    g_set_error_literal(error, MG_ERROR, MG_ERROR_SETUP, all->str);
    return FALSE;
}

void mg_format_free(MgFormat *format)
{
    if (format == NULL)
        return;
    g_clear_pointer(&format->filename, g_free);
    format->klass->free(format);
}
