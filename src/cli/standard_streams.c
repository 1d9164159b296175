/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/standard_streams.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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

/* Asked of the pipe, since the error that an earlier write met is forgotten by now. */
static gboolean is_reader_gone(FILE *stream)
{
    struct pollfd pipe = {.fd = fileno(stream), .events = POLLOUT};

    return poll(&pipe, 1, 0) == 1 && (pipe.revents & POLLERR) != 0;
}

MgExit mg_standard_streams_finish(FILE *stream, MgExit status)
{
    int reason;

    errno = 0;
    if (fflush(stream) == 0 && !ferror(stream))
        return status;
    reason = errno;
    if (is_reader_gone(stream))
        return status;
    mg_log_error("Error: what was printed could not be written: %s",
                 reason != 0 ? g_strerror(reason) : "output is missing");
    return status != MG_EXIT_OK ? status : MG_EXIT_ENDED_EARLY;
}
