/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/status_output.h"

static void append_pending(GString *out, const MgStatusReport *report)
{
    mg_json_writer_open(out, "pending", '{');
    mg_json_writer_number(out, "directives", (gint64)report->pending.n_directives);
    mg_json_writer_number(out, "groups", (gint64)report->pending.n_groups);
    mg_json_writer_time(out, "oldest", report->pending.oldest);
    mg_json_writer_number(out, "oldest_age_seconds", mg_status_report_age(report) / G_USEC_PER_SEC);
    mg_json_writer_close(out, '}');
    if (report->last_run != NULL)
        mg_json_writer_number(out, "postponed_by_last_run", report->last_run->mails_postponed);
    else
        mg_json_writer_raw(out, "postponed_by_last_run", NULL);
}

static void append_uncertain(GString *out, const MgStatusReport *report)
{
    mg_json_writer_open(out, "uncertain", '{');
    mg_json_writer_number(out, "uncertain", report->n_uncertain);
    mg_json_writer_number(out, "held", report->n_held);
    mg_json_writer_number(out, "decided", report->n_decided);
    mg_json_writer_close(out, '}');
}

static void append_refused(GString *out, const MgStatusReport *report)
{
    mg_json_writer_open(out, "refused", '{');
    mg_json_writer_number(out, "groups", report->n_refused);
    mg_json_writer_number(out, "may_be_set_aside", report->n_refused_long);
    mg_json_writer_close(out, '}');
    mg_json_writer_open(out, "set_aside", '{');
    mg_json_writer_number(out, "groups", report->n_set_aside);
    mg_json_writer_number(out, "directives", (gint64)report->n_set_aside_directives);
    mg_json_writer_close(out, '}');
}

void mg_status_output_append_rejected(GString *out, const MgStatusRejected *rejected)
{
    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_number(out, "id", rejected->id);
    mg_json_writer_number(out, "event_id", rejected->event_id);
    mg_json_writer_time(out, "inserted_at", rejected->inserted_at);
    mg_json_writer_text(out, "reason", rejected->reason);
    mg_json_writer_raw(out, "directive", rejected->directive_json);
    mg_json_writer_close(out, '}');
}

static void append_rejected(GString *out, const MgStatusReport *report)
{
    mg_json_writer_open(out, "rejected", '{');
    mg_json_writer_number(out, "directives", (gint64)report->n_rejected);
    mg_json_writer_open(out, "newest", '[');
    for (guint i = 0; i < report->rejected->len; i++)
        mg_status_output_append_rejected(out, g_ptr_array_index(report->rejected, i));
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
}

static void append_sent(GString *out, const MgStatusReport *report)
{
    mg_json_writer_open(out, "sent", '{');
    mg_json_writer_number(out, "today", (gint64)report->sent[MG_STATUS_DAYS - 1]);
    mg_json_writer_open(out, "days", '[');
    for (guint i = 0; i < MG_STATUS_DAYS; i++) {
        g_autofree gchar *date = g_date_time_format(report->days[i], "%Y-%m-%d");
        mg_json_writer_open(out, NULL, '{');
        mg_json_writer_text(out, "date", date);
        mg_json_writer_number(out, "mails", (gint64)report->sent[i]);
        mg_json_writer_close(out, '}');
    }
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
}

static void append_run(GString *out, const MgStatusRun *run)
{
    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_text(out, "state", mg_status_report_run_state(run));
    mg_json_writer_time(out, "started_at", run->started_at);
    mg_json_writer_time(out, "ended_at", run->ended_at);
    mg_json_writer_text(out, "host", run->host);
    mg_json_writer_number(out, "pid", run->pid);
    mg_json_writer_text(out, "version", run->program_version);
    mg_json_writer_flag(out, "dry_run", run->dry_run);
    if (run->state == MG_STATUS_RUN_ENDED) {
        mg_json_writer_number(out, "mails_sent", run->mails_sent);
        mg_json_writer_number(out, "postponed", run->mails_postponed);
        mg_json_writer_number(out, "errors", run->errors);
        mg_json_writer_number(out, "exit_status", run->exit_status);
        mg_json_writer_text(out, "ended_because", run->ended_because);
    }
    mg_json_writer_close(out, '}');
}

gchar *mg_status_output_json(const MgStatusReport *report, const MgStatusLimits *limits)
{
    GString *out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '{');
    mg_json_writer_time(out, "time", report->now);
    if (limits->is_wanted)
        mg_json_writer_text(out, "check",
                            mg_status_output_level_name(mg_status_output_level(report, limits)));
    append_pending(out, report);
    mg_json_writer_text(out, "dead_lock_holder", report->lock_holder);
    append_uncertain(out, report);
    append_refused(out, report);
    append_rejected(out, report);
    append_sent(out, report);
    mg_json_writer_open(out, "runs", '[');
    for (guint i = 0; i < report->runs->len; i++)
        append_run(out, g_ptr_array_index(report->runs, i));
    mg_json_writer_close(out, ']');
    mg_json_writer_close(out, '}');
    return g_string_free(out, FALSE);
}
