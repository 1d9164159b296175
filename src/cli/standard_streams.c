/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/standard_streams.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* open() gives the lowest free number, and those below are taken by then. */
gboolean mg_standard_streams_secure(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a log or report that reaches a limit must not end the run */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return FALSE;
    return TRUE;
}

MgExit mg_standard_streams_finish(MgExit status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno == EPIPE)
        return status;
    mg_log_error("Error: what was printed could not be written: %s",
                 errno != 0 ? g_strerror(errno) : "output is missing");
    return status != MG_EXIT_OK ? status : MG_EXIT_ENDED_EARLY;
}
