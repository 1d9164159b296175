/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/format.h"

MgDecision *mg_format_decide(MgFormat *format, MgHost *host, GError **error)
{
    return format->klass->decide(format, host, error);
}

void mg_format_free(MgFormat *format)
{
    if (format == NULL)
        return;
    g_clear_pointer(&format->filename, g_free);
    format->klass->free(format);
}
