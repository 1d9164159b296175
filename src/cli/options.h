/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The command line of the program without a subcommand (contract 11).
 */
#pragma once

#include <glib.h>

typedef struct {
    gboolean all; /* batch mode: no questions */
    gchar *config_file;
    gint verbosity;
    gboolean dry_run;
    gint batch_size;
    gboolean version;
} MgOptions;

/* Takes the options out of argv. `--help` prints and exits, as GLib does. MG_ERROR_SETUP for an
 * option that is unknown or has no fit value, and for arguments left over. */
gboolean mg_options_parse(MgOptions *options, gint argc, gchar **argv, GError **error);
void mg_options_clear(MgOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgOptions, mg_options_clear)
