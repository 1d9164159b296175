/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/command_check.h"

#include "base/log.h"
#include "cli/check_database.h"
#include "cli/check_files.h"
#include "cli/check_mail.h"
#include "cli/check_settings.h"
#include "cli/colour.h"
#include "cli/common_options.h"
#include "cli/findings.h"
#include "cli/own_output.h"
#include "cli/standard_streams.h"

static void skip_all(MgFindings *findings)
{
    static const gchar *const subjects[] = {"files", "log",      "safety",    "formats",
                                            "key",   "database", "templates", "smtp"};

    for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++) {
        mg_findings_set_subject(findings, subjects[i]);
        mg_findings_add(findings, MG_FINDING_SKIPPED,
                        "not looked at, since the configuration cannot be used");
    }
}

static void check(MgFindings *findings, const MgCommonOptions *options)
{
    g_autoptr(MgSettings) settings = mg_check_settings_read(findings, options);
    GPtrArray *formats;

    if (settings == NULL) {
        skip_all(findings);
        return;
    }
    mg_check_files(findings, options, settings);
    mg_check_settings_log(findings, settings);
    mg_check_settings_safety(findings, settings);
    formats = mg_check_database_formats(findings, settings);
    mg_check_mail_key(findings, settings);
    mg_check_database(findings, settings, formats);
    mg_check_mail_server(findings, settings);
}

MgExit mg_command_check(gint argc, gchar **argv)
{
    const MgCommonSyntax syntax = {
        .command = "check",
        .summary = "Looks whether all is in place to send: configuration, formats, templates, "
                   "database, key,\nmail server. Changes and sends nothing.",
        .statuses = "  0  all is in place; there may be warnings\n"
                    "  1  what was found could not be written\n"
                    "  2  something must be mended, or wrong usage\n",
        .has_json = TRUE,
    };
    g_auto(MgCommonOptions) options;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgFindings) findings = mg_findings_new();
    g_autofree gchar *text = NULL;
    FILE *output;

    if (!mg_common_options_parse(&options, &syntax, argc, argv, NULL, &error))
        return mg_exit_for_usage(error);
    output = mg_own_output_take();
    mg_log_set_level(options.verbosity > 0 ? MG_LOG_DEBUG : MG_LOG_WARNING);
    mg_findings_take_log(findings);
    check(findings, &options);
    mg_findings_take_log(NULL);
    text = options.json ? mg_findings_json(findings)
                        : mg_findings_text(findings, mg_colour_is_wanted(fileno(output)));
    fputs(text, output);
    return mg_standard_streams_finish(
        output, mg_findings_worst(findings) == MG_FINDING_FAILED ? MG_EXIT_SETUP : MG_EXIT_OK);
}
