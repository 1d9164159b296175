/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_send.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"
#include "cli/interactive.h"
#include "cli/opening.h"
#include "cli/options.h"
#include "flow/run.h"
#include "flow/stop.h"

#include <stdio.h>

static MgExit tell_end(const MgRun *run, gboolean dry_run)
{
    const MgSummary *summary = mg_run_summary(run);
    g_autofree gchar *text = mg_summary_text(summary, dry_run);

    if (mg_summary_elsewhere(summary) > 0)
        mg_log_info(MG_OPENING_OTHER_INSTANCE);
    mg_log_info("%s", text);
    if (mg_stop_requested()) {
        mg_log_warning("stopped by a signal; what was not begun stays pending");
        return MG_EXIT_ENDED_EARLY;
    }
    return mg_summary_errors(summary) > 0 ? MG_EXIT_GROUPS_FAILED : MG_EXIT_OK;
}

static MgExit work(MgRun *run, const MgOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) tasks = mg_run_list(run, &error);
    gboolean ended_well;

    if (tasks == NULL)
        return mg_command_fail(error);
    if (tasks->len == 0) {
        mg_log_info("No pending notifications to be sent");
        return MG_EXIT_OK;
    }
    ended_well = options->all ? mg_run_process(run, tasks, 0, tasks->len, &error)
                              : mg_interactive_process(run, tasks, options, &error);
    if (!ended_well) {
        mg_command_fail(error);
        tell_end(run, options->dry_run);
        return MG_EXIT_ENDED_EARLY;
    }
    return tell_end(run, options->dry_run);
}

static MgExit send_with(const MgOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSettings) settings = mg_opening_settings(&options->common, &error);
    g_autoptr(MgSite) site = NULL;
    g_autoptr(MgRun) run = NULL;
    gboolean is_alone;

    if (settings == NULL)
        return mg_command_fail(error);
    site =
        mg_opening_site(settings, options->dry_run ? MG_PURPOSE_DRY_RUN : MG_PURPOSE_SEND, &error);
    if (site == NULL)
        return mg_command_fail(error);
    run = mg_run_new(site, &is_alone, &error);
    if (run == NULL)
        return mg_command_fail(error);
    if (!is_alone) {
        mg_log_info(MG_OPENING_OTHER_INSTANCE);
        return MG_EXIT_OK;
    }
    return work(run, options);
}

MgExit mg_command_send(gint argc, gchar **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(MgOptions) options;

    if (!mg_options_parse(&options, argc, argv, &error))
        return mg_command_fail(error);
    if (options.version) {
        printf("intelmqcbmail %s\n", MG_VERSION);
        return MG_EXIT_OK;
    }
    return send_with(&options);
}
