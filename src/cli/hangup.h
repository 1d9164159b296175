/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * SIGHUP: something outside was changed, such as a log file moved away.
 */
#pragma once

#include <glib.h>

typedef void (*MgHangupFunction)(gpointer data);

/* From here on SIGHUP ends the program no more but has `function` called, in a thread of its own.
 * At most once, by the main thread, before any thread but that of base/stop.h. */
void mg_hangup_watch(MgHangupFunction function, gpointer data);
