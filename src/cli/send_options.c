/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/send_options.h"

#include "base/error.h"
#include "cli/filter_options.h"

#define BATCH_SIZE_DEFAULT 10

gboolean mg_send_options_parse(MgSendOptions *options, gint argc, gchar **argv,
                               const gchar *commands, GError **error)
{
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &options->all, "send all, without questions", NULL},
        {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &options->dry_run,
         "do everything but send and record", NULL},
        {"batch-size", 'N', 0, G_OPTION_ARG_STRING, &options->batch_size_text,
         "groups shown at once when asking (10)", "N"},
        MG_FILTER_OPTIONS(&options->filter),
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &options->report_file,
         "write a JSON account of the run to FILE", "FILE"},
        {"override-safety", 0, 0, G_OPTION_ARG_NONE, &options->override_safety,
         "send although it exceeds the limits of the configuration", NULL},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "show the version", NULL},
        {NULL},
    };
    const MgCommonSyntax syntax = {
        .summary = "Sends the mails that IntelMQ's notification directives ask for.",
        .description = commands,
        .arguments_text = "[COMMAND]",
        .statuses = "  0  nothing failed\n"
                    "  1  it could not run, or ended early\n"
                    "  2  wrong usage or configuration, nothing was tried\n"
                    "  3  it ended, but groups failed, which stay pending\n",
        .entries = entries,
        .has_json = TRUE,
        .json_help = "with --version: print JSON, for programs",
    };

    *options = (MgSendOptions){.batch_size = BATCH_SIZE_DEFAULT};
    if (!mg_common_options_parse(&options->common, &syntax, argc, argv, NULL, error))
        return FALSE;
    if (options->common.json && !options->version) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "--json goes with --version only\n"
                    "HINT: what a run did, as JSON, is written by --report FILE");
        return FALSE;
    }
    return mg_common_options_number("--batch-size", options->batch_size_text, &options->batch_size,
                                    error) &&
           mg_filter_options_read(&options->filter, error);
}

void mg_send_options_clear(MgSendOptions *options)
{
    mg_common_options_clear(&options->common);
    mg_filter_options_clear(&options->filter);
    g_clear_pointer(&options->report_file, g_free);
    g_clear_pointer(&options->batch_size_text, g_free);
}
