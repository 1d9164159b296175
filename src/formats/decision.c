/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/decision.h"

#include "base/clock.h"

MgDecision *mg_decision_new(MgAnswer answer, const gchar *format_name)
{
    MgDecision *decision = g_new0(MgDecision, 1);

    decision->answer = answer;
    decision->format_name = g_strdup(format_name);
    decision->postponed_until = MG_CLOCK_NONE;
    return decision;
}

void mg_decision_free(MgDecision *decision)
{
    if (decision == NULL)
        return;
    g_free(decision->format_name);
    g_free(decision->postponed_because);
    mg_request_free(decision->request);
    g_clear_pointer(&decision->notifications, g_ptr_array_unref);
    g_free(decision);
}
