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
    gboolean wants_help;
} MgCommonOptions;

void mg_common_options_clear(MgCommonOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgCommonOptions, mg_common_options_clear)

/* What a status says, a line each and each with its line break: "  0  nothing failed\n". */
#define MG_COMMON_OPTIONS_STATUSES                                                                 \
    "  0  it was done\n"                                                                           \
    "  1  it could not be done, or what was printed could not be written\n"                        \
    "  2  wrong usage or configuration\n"

/* A command line, as --help shows it. All may be NULL, and the numbers 0. */
typedef struct {
    const gchar *command;        /* "check"; NULL: the program without a subcommand */
    const gchar *arguments_text; /* "ADDRESS" */
    guint min_arguments;
    guint max_arguments;
    const gchar *summary;        /* above the options */
    const gchar *description;    /* below them */
    const gchar *statuses;       /* below all else; NULL: MG_COMMON_OPTIONS_STATUSES */
    const GOptionEntry *entries; /* the command's own; callbacks get the MgCommonOptions */
    gboolean has_json;
    const gchar *json_help; /* NULL: what fits most commands */
} MgCommonSyntax;

/* Takes the command line apart; `argv` as main got it, the subcommand's name in it, and left as it
 * is. `options` need not be initialised and must be cleared in any case. `arguments` (nullable)
 * receives what is no option, without program and command (transfer full). `--help` prints and
 * exits. MG_ERROR_SETUP for an option that is unknown or has no fit value, for
 * arguments missing or left over. */
gboolean mg_common_options_parse(MgCommonOptions *options, const MgCommonSyntax *syntax, gint argc,
                                 gchar **argv, gchar ***arguments,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The number that an option's `text` gives, decimal and 1 or more; `*number` is left as it is where
 * `text` is NULL, since the option was not given. MG_ERROR_SETUP naming `option`. */
gboolean mg_common_options_number(const gchar *option, const gchar *text, gint *number,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
