/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "cli/plain_text.h"
#include "cli/status_output.h"

#define BAR_WIDTH 50

static void append_pending(GString *out, const MgStatusReport *report)
{
    g_autofree gchar *since = mg_plain_text_time(report->pending.oldest);
    g_autofree gchar *age = mg_plain_text_duration(mg_status_report_age(report));

    g_string_append(out, "pending    ");
    mg_plain_text_append_count(out, report->pending.n_directives, "directive", "directives");
    if (report->pending.n_directives > 0) {
        g_string_append(out, " in ");
        mg_plain_text_append_count(out, report->pending.n_groups, "group", "groups");
        g_string_append_printf(out, ", the oldest since %s (%s)", since, age);
    }
    g_string_append(out, "\npostponed  ");
    if (report->last_run != NULL)
        mg_plain_text_append_count(out, (guint64)report->last_run->mails_postponed, "group",
                                   "groups");
    g_string_append(out, report->last_run != NULL ? " by the last run\n" : "not known\n");
}

static void append_lock(GString *out, const MgStatusReport *report)
{
    if (report->lock_holder != NULL)
        g_string_append_printf(
            out,
            "locked     no run takes place: the lock of a run is held by %s, but "
            "no run of it is alive; end that session with "
            "pg_terminate_backend()\n",
            report->lock_holder);
}

static void append_uncertain(GString *out, const MgStatusReport *report)
{
    guint number = mg_status_report_uncertain(report);

    g_string_append(out, "uncertain  ");
    mg_plain_text_append_count(out, number, "delivery", "deliveries");
    if (number > 0)
        g_string_append_printf(out, ", %u held, %u decided: see intelmqcbmail uncertain",
                               report->n_held, report->n_decided);
    g_string_append_c(out, '\n');
}

static void append_refused(GString *out, const MgStatusReport *report)
{
    g_string_append(out, "refused    ");
    mg_plain_text_append_count(out, report->n_refused, "group", "groups");
    if (report->n_refused > 0)
        g_string_append_printf(out, ", %u in 3 runs or more: see intelmqcbmail status --refused",
                               report->n_refused_long);
    g_string_append(out, "\nset aside  ");
    mg_plain_text_append_count(out, report->n_set_aside, "group", "groups");
    if (report->n_set_aside > 0) {
        g_string_append(out, " with ");
        mg_plain_text_append_count(out, report->n_set_aside_directives, "directive", "directives");
        g_string_append(out, ": see intelmqcbmail status --refused");
    }
    g_string_append_c(out, '\n');
}

static void append_rejected(GString *out, const MgStatusReport *report)
{
    g_string_append(out, "rejected   ");
    mg_plain_text_append_count(out, report->n_rejected, "directive", "directives");
    if (report->n_rejected > 0)
        g_string_append(out, ": see intelmqcbmail status --rejected; the newest");
    g_string_append_c(out, '\n');
    for (guint i = 0; i < report->rejected->len; i++) {
        const MgStatusRejected *rejected = g_ptr_array_index(report->rejected, i);
        g_autofree gchar *when = mg_plain_text_time(rejected->inserted_at);
        g_autofree gchar *reason = mg_plain_text_clean(rejected->reason);
        g_string_append_printf(out, "           %s  %s\n", when, reason);
    }
}

static void append_day(GString *out, GDateTime *day, guint64 sent, guint64 most)
{
    g_autofree gchar *date = g_date_time_format(day, "%Y-%m-%d");
    guint64 width = most > 0 ? (sent * BAR_WIDTH + most - 1) / most : 0; /* one mail shows, too */

    g_string_append_printf(out, "  %s %8" G_GUINT64_FORMAT, date, sent);
    if (width > 0)
        g_string_append_c(out, ' ');
    for (guint64 i = 0; i < width; i++)
        g_string_append_c(out, '#');
    g_string_append_c(out, '\n');
}

static void append_sent_today(GString *out, const MgStatusReport *report)
{
    g_string_append(out, "sent today ");
    mg_plain_text_append_count(out, report->sent[MG_STATUS_DAYS - 1], "mail", "mails");
    g_string_append_c(out, '\n');
}

/* Days without a mail tell nothing. */
static void append_days(GString *out, const MgStatusReport *report)
{
    guint64 most = 0;

    for (guint i = 0; i < MG_STATUS_DAYS; i++)
        most = MAX(most, report->sent[i]);
    g_string_append_printf(out,
                           most > 0 ? "\nSent in the last %d days:\n"
                                    : "\nNothing was sent in the last %d days.\n",
                           MG_STATUS_DAYS);
    for (guint i = 0; i < MG_STATUS_DAYS; i++)
        if (report->sent[i] > 0)
            append_day(out, report->days[i], report->sent[i], most);
}

static void append_end(GString *out, const MgStatusRun *run)
{
    g_autofree gchar *took = mg_plain_text_duration(run->ended_at - run->started_at);
    g_autofree gchar *because = mg_plain_text_clean(run->ended_because);

    g_string_append(out, run->dry_run ? "dry run: " : "");
    mg_plain_text_append_count(out, (guint64)run->mails_sent, "mail sent", "mails sent");
    g_string_append_printf(out, ", %" G_GINT64_FORMAT " postponed, ", run->mails_postponed);
    mg_plain_text_append_count(out, (guint64)run->errors, "error", "errors");
    g_string_append_printf(out, " in %s; exit status %" G_GINT64_FORMAT, took, run->exit_status);
    if (run->ended_because != NULL)
        g_string_append_printf(out, ": %s", because);
}

static const gchar *describe_open(MgStatusRunState state)
{
    if (state == MG_STATUS_RUN_UNKNOWN)
        return "going on or dead, which a standby does not know";
    return state == MG_STATUS_RUN_DIED ? "died without a word" : "going on";
}

static void append_run(GString *out, const MgStatusRun *run)
{
    g_autofree gchar *when = mg_plain_text_time(run->started_at);
    g_autofree gchar *host = mg_plain_text_clean(run->host);

    g_string_append_printf(out, "  %s  ", when);
    if (run->state == MG_STATUS_RUN_ENDED)
        append_end(out, run);
    else
        g_string_append_printf(out, "%s, process %" G_GINT64_FORMAT " on %s",
                               describe_open(run->state), run->pid, host);
    g_string_append_c(out, '\n');
}

gchar *mg_status_output_text(const MgStatusReport *report)
{
    GString *out = g_string_new(NULL);

    append_pending(out, report);
    append_lock(out, report);
    append_uncertain(out, report);
    append_refused(out, report);
    append_rejected(out, report);
    append_sent_today(out, report);
    g_string_append(out, report->runs->len > 0 ? "\nLast runs:\n" : "\nNo run is noted.\n");
    for (guint i = 0; i < report->runs->len; i++)
        append_run(out, g_ptr_array_index(report->runs, i));
    append_days(out, report);
    return g_string_free(out, FALSE);
}
