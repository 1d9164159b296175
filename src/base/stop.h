/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * SIGTERM and SIGINT: no new group is begun, what is in hand is finished and recorded
 * (intelmqcbmail(1), Signals).
 *
 * The signals stay blocked in every thread and in every child process: a gpg that is about to sign
 * must not die of the Ctrl-C that asks us to finish. One thread of its own waits for them.
 */
#pragma once

#include <glib.h>

/* Once, in main, before any other thread. A second signal ends the program at once, which is safe:
 * what was in hand is settled from the intents. */
void mg_stop_init(void);

/* From any thread. */
gboolean mg_stop_requested(void);

/* Becomes readable when a stop is requested: for poll() beside standard input. -1 before init. */
int mg_stop_fd(void);
