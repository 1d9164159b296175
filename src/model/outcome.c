/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/outcome.h"

static void refusal_free(gpointer data)
{
    MgRefusal *refusal = data;

    g_free(refusal->address);
    g_free(refusal->reply);
    g_free(refusal->reason);
    g_free(refusal);
}

MgOutcome *mg_outcome_new(void)
{
    MgOutcome *outcome = g_new0(MgOutcome, 1);

    outcome->refusals = g_ptr_array_new_with_free_func(refusal_free);
    return outcome;
}

void mg_outcome_free(MgOutcome *outcome)
{
    if (outcome == NULL)
        return;
    g_free(outcome->reply);
    g_free(outcome->queue_id);
    g_ptr_array_unref(outcome->refusals);
    g_free(outcome);
}

static void append(gchar **text, const gchar *divider, const gchar *more)
{
    gchar *joined = *text != NULL ? g_strconcat(*text, divider, more, NULL) : g_strdup(more);

    g_free(*text);
    *text = joined;
}

void mg_outcome_add_acceptance(MgOutcome *outcome, const gchar *reply, const gchar *queue_id)
{
    append(&outcome->reply, "; ", reply);
    if (queue_id != NULL)
        append(&outcome->queue_id, ", ", queue_id);
}

void mg_outcome_add_refusal(MgOutcome *outcome, const gchar *address, MgRefusalKind kind,
                            guint code, const gchar *reply, const gchar *reason)
{
    MgRefusal *refusal = g_new(MgRefusal, 1);

    *refusal = (MgRefusal){g_strdup(address), kind, code, g_strdup(reply), g_strdup(reason)};
    g_ptr_array_add(outcome->refusals, refusal);
}
