/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/report.h"

#include "base/clock.h"
#include "base/fresh_file.h"
#include "base/json_writer.h"

#include <string.h>

#define MODE 0640 /* addresses of recipients are nobody else's business */

struct MgReport {
    gchar *filename;
    MgAccount *account;
    gboolean is_dry_run;
    gint64 started;
    gchar *reason; /* (nullable) */

    GString *summary; /* members of an object */
    GString *mails;   /* here and below: items of a list */
    GString *postponed;
    GString *failures;
    GString *skipped;
};

static void add_aggregate(GString *out, const MgPairs *pairs)
{
    mg_json_writer_open(out, "aggregate_identifier", '{');
    for (guint i = 0; i < mg_pairs_count(pairs); i++)
        mg_json_writer_text(out, mg_pairs_name(pairs, i), mg_pairs_text(pairs, i));
    mg_json_writer_close(out, '}');
}

static void begin_group(GString *out, const MgGroup *group)
{
    mg_json_writer_begin(out, NULL);
    g_string_append(out, "\n{");
    mg_json_writer_text(out, "recipient", group->recipient_address);
    mg_json_writer_text(out, "template_name", group->template_name);
    mg_json_writer_text(out, "notification_format", group->notification_format);
    mg_json_writer_text(out, "event_data_format", group->event_data_format);
    add_aggregate(out, group->aggregate);
    mg_json_writer_ids(out, "directive_ids", group->directive_ids, group->n_directives);
    mg_json_writer_ids(out, "event_ids", group->event_ids, group->n_events);
}

static void add_outcome(GString *out, const MgOutcome *outcome)
{
    mg_json_writer_text(out, "reply", outcome != NULL ? outcome->reply : NULL);
    mg_json_writer_text(out, "queue_id", outcome != NULL ? outcome->queue_id : NULL);
    mg_json_writer_begin(out, "refused");
    g_string_append_c(out, '[');
    for (guint i = 0; outcome != NULL && i < outcome->refusals->len; i++) {
        const MgRefusal *refusal = g_ptr_array_index(outcome->refusals, i);
        mg_json_writer_begin(out, NULL);
        g_string_append_c(out, '{');
        mg_json_writer_text(out, "address", refusal->address);
        mg_json_writer_text(out, "reply",
                            refusal->reply != NULL ? refusal->reply : refusal->reason);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void note_mail(const MgAccountMail *told, gpointer data)
{
    const MgMail *mail = told->mail;
    GString *out = ((MgReport *)data)->mails;

    begin_group(out, told->group);
    mg_json_writer_text(out, "format", told->format_name);
    mg_json_writer_text(out, "ticket", mail->ticket);
    mg_json_writer_text(out, "message_id", mail->message_id);
    mg_json_writer_time(out, "date", mail->date);
    mg_json_writer_text(out, "to", mail->recipient);
    mg_json_writer_text(out, "envelope_from", mail->envelope_from);
    mg_json_writer_texts(out, "envelope_to", mail->envelope_tos);
    if (mail->original_tos != NULL)
        mg_json_writer_texts(out, "redirected_from", mail->original_tos);
    mg_json_writer_flag(out, "is_copy", told->is_copy);
    mg_json_writer_flag(out, "is_resent", told->is_resent);
    add_outcome(out, told->outcome);
    g_string_append_c(out, '}');
}

static void note_by_script(const MgGroup *group, const gchar *format_name, const gchar *ticket,
                           gpointer data)
{
    GString *out = ((MgReport *)data)->mails;

    begin_group(out, group);
    mg_json_writer_text(out, "format", format_name);
    mg_json_writer_text(out, "ticket", ticket);
    mg_json_writer_flag(out, "is_by_script", TRUE);
    g_string_append_c(out, '}');
}

static void note_postponed(const MgGroup *group, const MgDecision *decision, gpointer data)
{
    GString *out = ((MgReport *)data)->postponed;

    begin_group(out, group);
    mg_json_writer_text(out, "format", decision->format_name);
    mg_json_writer_text(out, "reason", decision->postponed_because);
    mg_json_writer_time(out, "until", decision->postponed_until);
    g_string_append_c(out, '}');
}

static void note_failed(const MgGroup *group, const GError *failure, gpointer data)
{
    GString *out = ((MgReport *)data)->failures;

    begin_group(out, group);
    mg_json_writer_text(out, "error", failure->message);
    mg_json_writer_flag(out, "is_copy", FALSE);
    g_string_append_c(out, '}');
}

static void note_copy_failed(const MgGroup *group, const MgMail *mail, const GError *failure,
                             gpointer data)
{
    GString *out = ((MgReport *)data)->failures;

    begin_group(out, group);
    mg_json_writer_text(out, "error", failure->message);
    mg_json_writer_flag(out, "is_copy", TRUE);
    if (mail != NULL) {
        mg_json_writer_text(out, "ticket", mail->ticket);
        mg_json_writer_texts(out, "envelope_to", mail->envelope_tos);
    }
    g_string_append_c(out, '}');
}

static void note_skipped(const MgGroup *group, MgLeft how, const gchar *because, gpointer data)
{
    GString *out = ((MgReport *)data)->skipped;

    begin_group(out, group);
    mg_json_writer_flag(out, "is_elsewhere", how == MG_LEFT_ELSEWHERE);
    mg_json_writer_text(out, "reason", because);
    g_string_append_c(out, '}');
}

static const MgAccountHandlers handlers = {
    .mail = note_mail,
    .by_script = note_by_script,
    .postponed = note_postponed,
    .failed = note_failed,
    .copy_failed = note_copy_failed,
    .skipped = note_skipped,
};

MgReport *mg_report_new(const gchar *filename, gboolean is_dry_run, GError **error)
{
    MgReport *report;

    if (!mg_fresh_file_check("--report", filename, error))
        return NULL;
    report = g_new0(MgReport, 1);
    report->filename = g_strdup(filename);
    report->account = mg_account_new(&handlers, report);
    report->is_dry_run = is_dry_run;
    report->started = mg_clock_now();
    report->summary = g_string_new(NULL);
    report->mails = g_string_new(NULL);
    report->postponed = g_string_new(NULL);
    report->failures = g_string_new(NULL);
    report->skipped = g_string_new(NULL);
    return report;
}

void mg_report_free(MgReport *report)
{
    if (report == NULL)
        return;
    mg_account_free(report->account);
    g_string_free(report->summary, TRUE);
    g_string_free(report->mails, TRUE);
    g_string_free(report->postponed, TRUE);
    g_string_free(report->failures, TRUE);
    g_string_free(report->skipped, TRUE);
    g_free(report->filename);
    g_free(report->reason);
    g_free(report);
}

MgAccount *mg_report_account(MgReport *report)
{
    return report->account;
}

void mg_report_note_summary(MgReport *report, const MgSummary *summary, guint n_groups)
{
    guint n_done = mg_summary_done(summary);

    g_string_truncate(report->summary, 0);
    mg_json_writer_number(report->summary, "groups", n_groups);
    mg_json_writer_number(report->summary, "sent", mg_summary_mails(summary));
    mg_json_writer_number(report->summary, "postponed", mg_summary_postponed(summary));
    mg_json_writer_number(report->summary, "errors", mg_summary_errors(summary));
    mg_json_writer_number(report->summary, "elsewhere", mg_summary_elsewhere(summary));
    mg_json_writer_number(report->summary, "not_begun", n_groups > n_done ? n_groups - n_done : 0);
}

void mg_report_note_reason(MgReport *report, const gchar *reason)
{
    if (report->reason == NULL)
        report->reason = g_strdup(reason);
}

static void add_list(GString *out, const gchar *name, const GString *items)
{
    mg_json_writer_begin(out, name);
    g_string_append_c(out, '[');
    g_string_append_len(out, items->str, (gssize)items->len);
    g_string_append_c(out, ']');
}

static GString *make_text(const MgReport *report, gint exit_status)
{
    GString *out = g_string_new("{");

    mg_json_writer_text(out, "program", "intelmqcbmail");
    mg_json_writer_text(out, "version", MG_VERSION);
    mg_json_writer_flag(out, "is_dry_run", report->is_dry_run);
    mg_json_writer_time(out, "started_at", report->started);
    mg_json_writer_time(out, "ended_at", mg_clock_now());
    mg_json_writer_number(out, "exit_status", exit_status);
    mg_json_writer_text(out, "ended_because", report->reason);
    mg_json_writer_begin(out, "summary");
    g_string_append_printf(out, "{%s}", report->summary->str);
    add_list(out, "mails", report->mails);
    add_list(out, "postponed", report->postponed);
    add_list(out, "failures", report->failures);
    add_list(out, "skipped", report->skipped);
    g_string_append(out, "}\n");
    return out;
}

gboolean mg_report_write(MgReport *report, gint exit_status, GError **error)
{
    g_autoptr(GString) text = make_text(report, exit_status);

    if (mg_fresh_file_replace(report->filename, MODE, text->str, text->len, error))
        return TRUE;
    g_prefix_error(error, "the report: ");
    return FALSE;
}
