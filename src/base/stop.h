/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * SIGTERM, SIGINT and, where nothing else is wanted of it, SIGHUP: no new group is begun, what is
 * in hand is finished and recorded (intelmqcbmail(1), Signals).
 *
 * The signals stay blocked in every thread: a gpg that is about to sign must not die of the Ctrl-C
 * that asks us to finish, and inherits that. One thread of its own waits for them.
 */
#pragma once

#include <glib.h>

typedef void (*MgHangupFunction)(gpointer data);

/* Once, in main, before any other thread. Signals that are ignored stay so. A second SIGTERM or
 * SIGINT ends the program at once, which is safe: what was in hand is settled from the intents. */
void mg_stop_init(void);

/* From here on SIGHUP asks for no stop but has `function` called, in a thread of its own: something
 * outside was changed, such as a log file moved away. Once, by the main thread; `data` must live as
 * long as the program. */
void mg_stop_set_hangup(MgHangupFunction function, gpointer data);

/* From any thread. */
gboolean mg_stop_requested(void);

/* Becomes readable when a stop is requested: for poll() beside standard input. -1 before init. */
int mg_stop_fd(void);
