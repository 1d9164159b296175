/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/filter_options.h"

#include "cli/common_options.h"

gboolean mg_filter_options_read(MgFilterOptions *filter, GError **error)
{
    return mg_common_options_number("--limit", filter->limit, &filter->chosen.limit, error);
}

void mg_filter_options_clear(MgFilterOptions *filter)
{
    g_clear_pointer(&filter->chosen.recipients, g_strfreev);
    g_clear_pointer(&filter->chosen.templates, g_strfreev);
    g_clear_pointer(&filter->limit, g_free);
}
