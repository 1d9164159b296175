/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/stop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static gint requested;
static int event_fd = -1;
static sigset_t awaited;
static pid_t process;
static pthread_t waiter;
static gboolean ignores_hangups; /* started by nohup(1) */
static MgHangupFunction hangup_function;
static gpointer hangup_data;

static void request_stop(void)
{
    g_atomic_int_set(&requested, 1);
    eventfd_write(event_fd, 1);
}

static void end_at_once(int signal_number)
{
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &awaited, NULL);
    raise(signal_number);
}

/* A terminal that goes away is told twice, by the kernel and by the shell: the second is no order
 * to hurry. */
static void hang_up(void)
{
    MgHangupFunction function = g_atomic_pointer_get(&hangup_function);

    if (function != NULL)
        function(hangup_data);
    else if (!ignores_hangups)
        request_stop();
}

/* Runs only where a thread unblocks the signals for a moment to start a child. The child has it
 * until it execs, or for good if it does not. */
static void pass_on(int signal_number)
{
    if (getpid() == process) {
        pthread_kill(waiter, signal_number);
        return;
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void *wait_for_signals(void *unused)
{
    sigset_t all;
    int signal_number;

    sigfillset(&all); /* whatever else main blocks later is none of this thread's business */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    while (sigwait(&awaited, &signal_number) == 0) {
        if (signal_number == SIGHUP)
            hang_up();
        else if (mg_stop_requested())
            end_at_once(signal_number);
        else
            request_stop();
    }
    return NULL;
}

/* What is ignored as the program starts, as by a shell for what it puts in the background, stays
 * so. It would come all the same if it were blocked and waited for. FALSE where it is ignored. */
static gboolean take_over(int signal_number)
{
    const struct sigaction ours = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    struct sigaction found;

    if (sigaction(signal_number, NULL, &found) == 0 && found.sa_handler == SIG_IGN)
        return FALSE;
    sigaddset(&awaited, signal_number);
    pthread_sigmask(SIG_BLOCK, &awaited, NULL);
    return sigaction(signal_number, &ours, NULL) == 0;
}

void mg_stop_init(void)
{
    int failure;

    g_assert(event_fd == -1);
    event_fd = eventfd(0, EFD_CLOEXEC);
    process = getpid();
    sigemptyset(&awaited);
    take_over(SIGTERM);
    take_over(SIGINT);
    ignores_hangups = !take_over(SIGHUP);
    sigaddset(&awaited, SIGHUP); /* for a log file */
    failure = pthread_sigmask(SIG_BLOCK, &awaited, NULL);
    g_assert(failure == 0);
    failure = pthread_create(&waiter, NULL, wait_for_signals, NULL);
    g_assert(failure == 0);
    pthread_detach(waiter);
}

void mg_stop_set_hangup(MgHangupFunction function, gpointer data)
{
    hangup_data = data;
    g_atomic_pointer_set(&hangup_function, function);
}

gboolean mg_stop_requested(void)
{
    return g_atomic_int_get(&requested) != 0;
}

int mg_stop_fd(void)
{
    return event_fd;
}
