/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/fresh_file.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/status_output.h"

#define MODE 0644 /* the collector runs as somebody else; nothing in it is secret */

static void append_head(GString *out, const gchar *name, const gchar *help)
{
    g_string_append_printf(out, "# HELP intelmqcbmail_%s %s\n# TYPE intelmqcbmail_%s gauge\n", name,
                           help, name);
}

static void append_gauge(GString *out, const gchar *name, const gchar *help, gint64 value)
{
    append_head(out, name, help);
    g_string_append_printf(out, "intelmqcbmail_%s %" G_GINT64_FORMAT "\n", name, value);
}

/* Seconds since the epoch, as Prometheus wants times. */
static void append_time(GString *out, const gchar *name, const gchar *help, gint64 time_us)
{
    append_head(out, name, help);
    g_string_append_printf(out, "intelmqcbmail_%s %" G_GINT64_FORMAT ".%06d\n", name,
                           time_us / G_USEC_PER_SEC, (gint)(time_us % G_USEC_PER_SEC));
}

static void append_uncertain(GString *out, const MgStatusReport *report)
{
    const struct {
        const gchar *state;
        guint number;
    } states[] = {
        {"uncertain", report->n_uncertain},
        {"held", report->n_held},
        {"decided", report->n_decided},
    };

    append_head(out, "uncertain_deliveries", "Deliveries whose end is not known.");
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
        g_string_append_printf(out, "intelmqcbmail_uncertain_deliveries{state=\"%s\"} %u\n",
                               states[i].state, states[i].number);
}

static void append_last_run(GString *out, const MgStatusReport *report)
{
    const MgStatusRun *run = report->last_run;

    if (run == NULL)
        return;
    append_time(out, "last_run_end_timestamp_seconds",
                "End of the last run that went through, dry runs aside.", run->ended_at);
    append_gauge(out, "last_run_mails_sent", "Mails that it sent.", run->mails_sent);
    append_gauge(out, "last_run_postponed_groups", "Groups that it postponed.",
                 run->mails_postponed);
    append_gauge(out, "last_run_errors", "Groups and copies that failed in it.", run->errors);
}

/* The newest that has ended in whatever way, dry runs aside. */
static void append_last_status(GString *out, const MgStatusReport *report)
{
    for (guint i = 0; i < report->runs->len; i++) {
        const MgStatusRun *run = g_ptr_array_index(report->runs, i);
        if (run->dry_run || run->state == MG_STATUS_RUN_GOING_ON ||
            run->state == MG_STATUS_RUN_UNKNOWN)
            continue;
        append_gauge(out, "last_exit_status",
                     "Exit status of the last run, however it ended; -1 if it died.",
                     run->state == MG_STATUS_RUN_ENDED ? run->exit_status : -1);
        return;
    }
}

static void append_report(GString *out, const MgStatusReport *report)
{
    append_time(out, "status_timestamp_seconds", "When these figures were read.", report->now);
    append_gauge(out, "pending_directives", "Directives that wait to be sent.",
                 (gint64)report->pending.n_directives);
    append_gauge(out, "pending_groups", "Groups that they make, one mail each.",
                 (gint64)report->pending.n_groups);
    append_gauge(out, "pending_oldest_age_seconds",
                 "Age of the oldest pending directive, 0 if there is none.",
                 mg_status_report_age(report) / G_USEC_PER_SEC);
    append_gauge(out, "dead_lock", "1 where a session without a run holds the lock of a run.",
                 report->lock_holder != NULL);
    append_uncertain(out, report);
    append_gauge(out, "refused_groups", "Groups that the runs before were refused for good.",
                 report->n_refused);
    append_gauge(out, "set_aside_groups", "Groups that no run tries.", report->n_set_aside);
    append_gauge(out, "set_aside_directives", "Directives in them.",
                 (gint64)report->n_set_aside_directives);
    append_gauge(out, "rejected_directives", "Directives that could not be stored.",
                 (gint64)report->n_rejected);
    append_gauge(out, "sent_today", "Mails recorded as sent since local midnight.",
                 (gint64)report->sent[MG_STATUS_DAYS - 1]);
    append_last_run(out, report);
    append_last_status(out, report);
}

gboolean mg_status_output_metrics_file(const MgStatusReport *report, const gchar *filename,
                                       GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);

    append_gauge(out, "up", "Whether the database could be asked.", report != NULL);
    if (report != NULL)
        append_report(out, report);
    return mg_fresh_file_replace(filename, MODE, out->str, out->len, error);
}
