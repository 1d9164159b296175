/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Where the log goes, as the settings say. In main's thread, before others start.
 */
#pragma once

#include "model/settings.h"

/* From here on messages go there, in that format; a file is opened anew at SIGHUP. CRITICAL ones,
 * which say why the program cannot run, go to standard error too: to the eyes at the terminal, or
 * into cron's mail. MG_ERROR_SETUP where the target cannot be had; then nothing has changed. */
gboolean mg_log_target_open(const MgLogSettings *settings,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the target could be had; its file is made where it is not there. */
gboolean mg_log_target_check(const MgLogSettings *settings,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
