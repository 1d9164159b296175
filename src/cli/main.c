/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqcbmail: sends the mails that IntelMQ's notification directives ask for.
 */
#include "base/log.h"
#include "cli/colour.h"
#include "cli/command.h"
#include "cli/ending.h"
#include "cli/python_plugin.h"
#include "cli/standard_streams.h"
#include "cli/time_zone.h"
#include "base/stop.h"
#include "mime/compose.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    MgExit status;

    if (!mg_standard_streams_secure())
        return MG_EXIT_ENDED_EARLY;
    mg_ending_watch();
    mg_log_set_coloured(mg_colour_is_wanted(STDERR_FILENO));
    mg_time_zone_secure();
    mg_stop_init();
    mg_compose_init();
    status = mg_command_run(argc, argv);
    mg_python_plugin_stop();
    mg_ending_is_proper();
    return (int)mg_standard_streams_finish(stdout, status);
}
