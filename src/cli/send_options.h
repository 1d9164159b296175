/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The command line of the program without a subcommand (intelmqcbmail(1)).
 */
#pragma once

#include "cli/common_options.h"
#include "cli/filter_options.h"

typedef struct {
    MgCommonOptions common;
    gboolean all; /* batch mode: no questions */
    gboolean dry_run;
    gint batch_size;
    gchar *batch_size_text; /* as given; NULL: was not */
    gboolean version;
    MgFilterOptions filter;
    gchar *report_file; /* (nullable) */
    gboolean override_safety;
} MgSendOptions;

/* As mg_common_options_parse(); `commands` lists the subcommands, for --help. */
gboolean mg_send_options_parse(MgSendOptions *options, gint argc, gchar **argv,
                               const gchar *commands, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_send_options_clear(MgSendOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgSendOptions, mg_send_options_clear)
