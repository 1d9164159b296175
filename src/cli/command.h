/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The subcommands of the program, and what all of them share: exit statuses and how an error is
 * told.
 */
#pragma once

#include <glib.h>

/* Contract 11. */
typedef enum {
    MG_EXIT_OK = 0,
    MG_EXIT_ENDED_EARLY = 1,   /* could not run, or ended before the last group */
    MG_EXIT_SETUP = 2,         /* wrong usage or configuration, nothing was tried */
    MG_EXIT_GROUPS_FAILED = 3, /* ended, but groups failed */
} MgExit;

typedef struct {
    const gchar *name; /* NULL: what the program does without a subcommand */
    MgExit (*run)(gint argc, gchar **argv);
    const gchar *help; /* one line */
} MgCommand;

/* The command that the first argument names, else the one without a name. */
const MgCommand *mg_command_find(gint argc, gchar **argv);

/* The table's lines for --help. (transfer full) */
gchar *mg_command_list_text(void);

/* Logs `error` as CRITICAL and gives the exit status that its code asks for. */
MgExit mg_command_fail(const GError *error);
