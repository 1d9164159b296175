/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/ending.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "cli/command.h"
#include "cli/python_plugin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t process; /* 0: not watched, or properly ended */

/* Not by way of the log, whose lock the caller, or a thread that is no more, may hold. */
static void tell(void)
{
    g_autofree gchar *line = mg_log_format(
        MG_LOG_CRITICAL, MG_LOGGER, g_get_real_time(),
        "Error: the program was ended from inside, by a format script or what it uses; "
        "what was in hand is settled by the next run",
        NULL);

    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        return; /* nobody reads it; the status tells as well */
}

/* Without foreign code it is our own business: --help ends so. */
static gboolean is_improper(void)
{
    return process == getpid() && mg_python_plugin_is_opened();
}

static void check_exit(void)
{
    if (is_improper())
        _exit(MG_EXIT_OK); /* ours, below */
}

void mg_ending_watch(void)
{
    process = getpid();
    atexit(check_exit);
}

void mg_ending_is_proper(void)
{
    process = 0;
}

/* The linker gives this one to all libraries, libpython among them. */
__attribute__((visibility("default"))) void _exit(int status)
{
    if (is_improper()) {
        process = 0;
        tell();
        status = MG_EXIT_ENDED_EARLY;
    }
    for (;;)
        syscall(SYS_exit_group, status);
}
