/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Without --all: batches of groups are shown, and a question decides over each.
 */
#pragma once

#include "cli/send_options.h"
#include "run/run.h"

/* Asks on standard output, reads standard input; its end is `q`, and so is a signal. `site` is that
 * of `run`. Errors as mg_run_process(). */
gboolean mg_interactive_process(MgRun *run, const MgSite *site, GPtrArray *tasks,
                                const MgSendOptions *options,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
