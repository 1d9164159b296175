/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/exit.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

#include <stdio.h>

MgExit mg_exit_for(const GError *error)
{
    mg_log_critical("Error: %s", error->message);
    return g_error_matches(error, MG_ERROR, MG_ERROR_SETUP) ? MG_EXIT_SETUP : MG_EXIT_ENDED_EARLY;
}

MgExit mg_exit_for_usage(const GError *error)
{
    g_autofree gchar *tame = mg_error_tame(error->message);

    fprintf(stderr, "intelmqcbmail: %s\n", tame);
    return MG_EXIT_SETUP;
}
