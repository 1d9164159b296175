/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/filter_options.h"

#include "base/error.h"

gboolean mg_filter_options_check(const MgTaskFilter *filter, GError **error)
{
    if (filter->limit >= 0)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "option --limit: found %d, wanted 1 or more",
                filter->limit);
    return FALSE;
}

void mg_filter_options_clear(MgTaskFilter *filter)
{
    g_clear_pointer(&filter->recipients, g_strfreev);
    g_clear_pointer(&filter->templates, g_strfreev);
}
