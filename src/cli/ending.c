/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/ending.h"

#define MG_LOGGER "intelmqmail.cb"
#include "base/log.h"
#include "cli/command.h"
#include "cli/python_plugin.h"

#include <dlfcn.h>
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

void mg_ending_watch(void)
{
    process = getpid();
}

void mg_ending_is_proper(void)
{
    process = 0;
}

/* The linker gives this one, and the one below, to all libraries, libpython among them. A second
 * thread that comes here waits for the end that the first one makes. */
__attribute__((visibility("default"))) void _exit(int status)
{
    static gint is_told;

    if (is_improper()) {
        status = MG_EXIT_ENDED_EARLY;
        if (!g_atomic_int_compare_and_exchange(&is_told, FALSE, TRUE))
            for (;;)
                pause();
        tell();
    }
    for (;;)
        syscall(SYS_exit_group, status);
}

/* Not by atexit(): of two threads that call exit() the second may be through before the first. */
__attribute__((visibility("default"))) void exit(int status)
{
    void (*of_libc)(int) = NULL;

    if (is_improper())
        _exit(status);
    *(void **)&of_libc = dlsym(RTLD_NEXT, "exit");
    of_libc(status);
    abort();
}
