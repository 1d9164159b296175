/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/hangup.h"

#include <pthread.h>
#include <signal.h>

static MgHangupFunction hangup_function;
static gpointer hangup_data;

static void *wait_for_hangups(void *signals)
{
    int signal_number;

    while (sigwait(signals, &signal_number) == 0)
        hangup_function(hangup_data);
    return NULL;
}

void mg_hangup_watch(MgHangupFunction function, gpointer data)
{
    static sigset_t signals;
    pthread_t thread;
    int failure;

    g_assert(hangup_function == NULL);
    hangup_function = function;
    hangup_data = data;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    failure = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    g_assert(failure == 0);
    failure = pthread_create(&thread, NULL, wait_for_hangups, &signals);
    g_assert(failure == 0);
    pthread_detach(thread);
}
