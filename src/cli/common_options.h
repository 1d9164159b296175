/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What the command lines of the program and of all its subcommands share: -c, -v, --help, where
 * wanted --json, and how a mistake is told.
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *config_file; /* never NULL once parsed */
    gint verbosity;
    gboolean json; /* only where the syntax has it */
} MgCommonOptions;

void mg_common_options_clear(MgCommonOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgCommonOptions, mg_common_options_clear)

/* A command line, as --help shows it. All may be NULL, and the numbers 0. */
typedef struct {
    const gchar *command;        /* "check"; NULL: the program without a subcommand */
    const gchar *arguments_text; /* "ADDRESS" */
    guint min_arguments;
    guint max_arguments;
    const gchar *summary;        /* above the options */
    const gchar *description;    /* below them */
    const GOptionEntry *entries; /* the command's own; callbacks get the MgCommonOptions */
    gboolean has_json;
} MgCommonSyntax;

/* Takes the command line apart; `argv` as main got it, the subcommand's name in it, and left as it
 * is. `options` need not be initialised and must be cleared in any case. `arguments` (nullable)
 * receives what is no option, without program and command (transfer full). `--help` prints and
 * exits, as GLib does. MG_ERROR_SETUP for an option that is unknown or has no fit value, for
 * arguments missing or left over. */
gboolean mg_common_options_parse(MgCommonOptions *options, const MgCommonSyntax *syntax, gint argc,
                                 gchar **argv, gchar ***arguments, GError **error);
