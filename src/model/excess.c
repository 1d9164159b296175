/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/excess.h"

MgExcess *mg_excess_new(const gchar *setting, guint limit, gsize found, const gchar *recipient,
                        const gchar *text)
{
    MgExcess *excess = g_new0(MgExcess, 1);

    excess->setting = setting;
    excess->limit = limit;
    excess->found = found;
    excess->recipient = g_strdup(recipient);
    excess->text = g_strdup(text);
    return excess;
}

void mg_excess_free(MgExcess *excess)
{
    g_free(excess->recipient);
    g_free(excess->text);
    g_free(excess);
}
