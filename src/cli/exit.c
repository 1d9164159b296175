/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/exit.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/error.h"
#include "base/log.h"

MgExit mg_exit_for(const GError *error)
{
    mg_log_critical("Error: %s", error->message);
    return g_error_matches(error, MG_ERROR, MG_ERROR_SETUP) ? MG_EXIT_SETUP : MG_EXIT_ENDED_EARLY;
}
