/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/summary.h"

struct MgSummary {
    gint taken;
    gint left[MG_LEFT_SKIPPED + 1];
    gint mails;
    gint further_errors;
};

static guint read_count(const gint *count)
{
    return (guint)g_atomic_int_get(count);
}

MgSummary *mg_summary_new(void)
{
    return g_new0(MgSummary, 1);
}

MgSummary *mg_summary_copy(const MgSummary *summary)
{
    MgSummary *copy = mg_summary_new();

    copy->taken = (gint)read_count(&summary->taken);
    for (guint i = 0; i < G_N_ELEMENTS(summary->left); i++)
        copy->left[i] = (gint)read_count(&summary->left[i]);
    copy->mails = (gint)read_count(&summary->mails);
    copy->further_errors = (gint)read_count(&summary->further_errors);
    return copy;
}

void mg_summary_free(MgSummary *summary)
{
    g_free(summary);
}

void mg_summary_count_taken(MgSummary *summary)
{
    g_atomic_int_inc(&summary->taken);
}

void mg_summary_count_left(MgSummary *summary, MgLeft how)
{
    g_atomic_int_inc(&summary->left[how]);
}

void mg_summary_count_mail(MgSummary *summary)
{
    g_atomic_int_inc(&summary->mails);
}

void mg_summary_count_copy_error(MgSummary *summary)
{
    g_atomic_int_inc(&summary->further_errors);
}

void mg_summary_count_bad_signature(MgSummary *summary)
{
    g_atomic_int_inc(&summary->further_errors);
}

guint mg_summary_mails(const MgSummary *summary)
{
    return read_count(&summary->mails);
}

guint mg_summary_postponed(const MgSummary *summary)
{
    return read_count(&summary->left[MG_LEFT_POSTPONED]);
}

guint mg_summary_errors(const MgSummary *summary)
{
    return read_count(&summary->left[MG_LEFT_FAILED]) + read_count(&summary->further_errors);
}

guint mg_summary_elsewhere(const MgSummary *summary)
{
    return read_count(&summary->left[MG_LEFT_ELSEWHERE]);
}

guint mg_summary_done(const MgSummary *summary)
{
    guint done = 0;

    for (guint i = 0; i < G_N_ELEMENTS(summary->left); i++)
        done += read_count(&summary->left[i]);
    return done;
}

/* A group may be left between the two looks. */
guint mg_summary_in_hand(const MgSummary *summary)
{
    guint done = mg_summary_done(summary);
    guint taken = read_count(&summary->taken);

    return taken - MIN(done, taken);
}

void mg_summary_check(const MgSummary *summary)
{
    g_assert_cmpuint(read_count(&summary->taken), ==, mg_summary_done(summary));
}

gchar *mg_summary_text_since(const MgSummary *summary, const MgSummary *before,
                             gboolean is_simulation)
{
    return g_strdup_printf("%s%u mails sent, %u postponed, %u errors.",
                           is_simulation ? "Simulation: " : "",
                           mg_summary_mails(summary) - mg_summary_mails(before),
                           mg_summary_postponed(summary) - mg_summary_postponed(before),
                           mg_summary_errors(summary) - mg_summary_errors(before));
}

gchar *mg_summary_text(const MgSummary *summary, gboolean is_simulation)
{
    const MgSummary nothing = {0};

    return mg_summary_text_since(summary, &nothing, is_simulation);
}
