/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * How the program ends: its exit statuses (intelmqcbmail(1), EXIT STATUS), and how an error is
 * told.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_EXIT_OK = 0,
    MG_EXIT_ENDED_EARLY = 1,   /* could not run, or ended before the last group */
    MG_EXIT_SETUP = 2,         /* wrong usage or configuration, nothing was tried */
    MG_EXIT_GROUPS_FAILED = 3, /* ended, but groups failed */
} MgExit;

/* Logs `error` as CRITICAL and gives the exit status that its code asks for. */
MgExit mg_exit_for(const GError *error);

/* Tells on standard error what is wrong with the command line, without the looks of a log: nothing
 * was begun. MG_EXIT_SETUP. */
MgExit mg_exit_for_usage(const GError *error);
