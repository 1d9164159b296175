/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/stop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static gint requested;
static int event_fd = -1;

static void *wait_for_signals(void *signals)
{
    sigset_t all;
    int signal_number;

    sigfillset(&all); /* whatever else main blocks later is none of this thread's business */
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    sigwait(signals, &signal_number);
    g_atomic_int_set(&requested, 1);
    eventfd_write(event_fd, 1);

    sigwait(signals, &signal_number);
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, signals, NULL);
    raise(signal_number);
    return NULL;
}

void mg_stop_init(void)
{
    static sigset_t signals;
    pthread_t thread;
    int failure;

    g_assert(event_fd == -1);
    event_fd = eventfd(0, EFD_CLOEXEC);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    failure = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    g_assert(failure == 0);
    failure = pthread_create(&thread, NULL, wait_for_signals, &signals);
    g_assert(failure == 0);
    pthread_detach(thread);
}

gboolean mg_stop_requested(void)
{
    return g_atomic_int_get(&requested) != 0;
}

int mg_stop_fd(void)
{
    return event_fd;
}
