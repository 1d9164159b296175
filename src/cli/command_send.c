/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_send.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "cli/interactive.h"
#include "cli/left_out.h"
#include "cli/opening.h"
#include "cli/send_options.h"
#include "cli/report.h"
#include "run/run.h"
#include "base/stop.h"

#include <stdio.h>
#include <string.h>

/* One sending run, as its steps see it. */
typedef struct {
    const MgSendOptions *options;
    MgReport *report; /* (nullable) */
    gchar *because;   /* (nullable): why the run did not simply come to its end; the first reason */
} Sending;

static void note_reason(Sending *sending, const gchar *reason)
{
    if (sending->because == NULL)
        sending->because = g_strndup(reason, strcspn(reason, "\n")); /* without the hint */
}

static MgExit fail(Sending *sending, const GError *error)
{
    note_reason(sending, error->message);
    return mg_exit_for(error);
}

static MgExit tell_end(Sending *sending, const MgRun *run, guint n_groups)
{
    const MgSummary *summary = mg_run_summary(run);
    g_autofree gchar *text = mg_summary_text(summary, sending->options->dry_run);

    if (sending->report != NULL)
        mg_report_note_summary(sending->report, summary, n_groups);
    if (mg_summary_elsewhere(summary) > 0)
        mg_log_info(MG_OPENING_OTHER_INSTANCE);
    mg_log_info("%s", text);
    if (mg_stop_requested()) {
        mg_log_warning("stopped by a signal; what was not begun stays pending");
        note_reason(sending, "stopped by a signal");
        return MG_EXIT_ENDED_EARLY;
    }
    return mg_summary_errors(summary) > 0 ? MG_EXIT_GROUPS_FAILED : MG_EXIT_OK;
}

static MgExit work(Sending *sending, MgRun *run, const MgSite *site)
{
    const MgSendOptions *options = sending->options;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) tasks = NULL;
    gboolean ended_well;

    tasks = mg_run_list(run, &options->filter.chosen, &error);
    if (tasks == NULL)
        return fail(sending, error);
    if (tasks->len == 0) {
        mg_log_info("No pending notifications to be sent");
        return MG_EXIT_OK;
    }
    ended_well = options->all ? mg_run_process(run, tasks, 0, tasks->len, &error)
                              : mg_interactive_process(run, site, tasks, options, &error);
    if (!ended_well) {
        fail(sending, error);
        tell_end(sending, run, tasks->len);
        return MG_EXIT_ENDED_EARLY;
    }
    return tell_end(sending, run, tasks->len);
}

static void warn_of_rejected(MgRun *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *note = mg_left_out_rejected(mg_run_connection(run), &error);

    if (note != NULL)
        mg_log_warning("%s", note);
    else if (error != NULL)
        mg_log_warning("rejected directives could not be counted: %s", error->message);
}

/* By the operator's own decision: no warning. */
static void tell_set_aside(MgRun *run)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *note = mg_left_out_set_aside(mg_run_connection(run), &error);

    if (note != NULL)
        mg_log_info("%s", note);
    else if (error != NULL)
        mg_log_warning("groups that are set aside could not be counted: %s", error->message);
}

static MgExit work_noted(Sending *sending, MgRun *run, const MgSite *site)
{
    MgExit status;

    if (sending->options->all)
        mg_run_hire_ahead(run);
    mg_run_note_start(run, MG_VERSION);
    warn_of_rejected(run);
    tell_set_aside(run);
    status = work(sending, run, site);
    mg_run_note_end(run, (gint)status, sending->because);
    return status;
}

static void override_limits(MgSite *site)
{
    if (mg_safety_has_limits(site->safety))
        mg_log_warning("the limits of the configuration are overridden for this run");
    mg_safety_override_limits(site->safety);
}

static MgExit send_pending(Sending *sending)
{
    const MgSendOptions *options = sending->options;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_opening_settings(&options->common, &error);
    g_autoptr(MgSite) site = NULL;
    g_autoptr(MgRun) run = NULL;
    gboolean is_alone;

    if (settings == NULL)
        return fail(sending, error);
    site =
        mg_opening_site(settings, options->dry_run ? MG_PURPOSE_DRY_RUN : MG_PURPOSE_SEND, &error);
    if (site == NULL)
        return fail(sending, error);
    if (options->override_safety)
        override_limits(site);
    if (sending->report != NULL)
        site->account = mg_report_account(sending->report);
    run = mg_run_new(site, &is_alone, &error);
    if (run == NULL)
        return fail(sending, error);
    if (!is_alone) {
        mg_log_info(MG_OPENING_OTHER_INSTANCE);
        note_reason(sending, "another instance is running");
        return MG_EXIT_OK;
    }
    return work_noted(sending, run, site);
}

/* A run whose account is missing has not done all that it was asked for. */
static MgExit write_report(Sending *sending, MgExit status)
{
    g_autoptr(GError) error = NULL;

    if (sending->because != NULL)
        mg_report_note_reason(sending->report, sending->because);
    if (mg_report_write(sending->report, (gint)status, &error))
        return status;
    mg_log_error("Error: %s", error->message);
    return status != MG_EXIT_OK ? status : MG_EXIT_ENDED_EARLY;
}

static MgExit send_with(const MgSendOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgReport) report = NULL;
    g_autofree gchar *because = NULL;
    Sending sending = {options, NULL, NULL};
    MgExit status;

    if (options->report_file != NULL) {
        report = mg_report_new(options->report_file, options->dry_run, &error);
        if (report == NULL)
            return mg_exit_for(error);
    }
    sending.report = report;
    status = send_pending(&sending);
    because = sending.because;
    return report != NULL ? write_report(&sending, status) : status;
}

MgExit mg_command_send(gint argc, gchar **argv, const gchar *commands)
{
    g_autoptr(GError) error = NULL;
    g_auto(MgSendOptions) options;

    if (!mg_send_options_parse(&options, argc, argv, commands, &error))
        return mg_exit_for_usage(error);
    if (options.version) {
        printf(options.common.json ? "{\"program\": \"intelmqcbmail\", \"version\": \"%s\"}\n"
                                   : "intelmqcbmail %s\n",
               MG_VERSION);
        return MG_EXIT_OK;
    }
    return send_with(&options);
}
