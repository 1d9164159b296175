/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The guard of a group's worker: a script may use it only while the program has called the script.
 * A script may have threads: their calls come one after the other, since the worker's connections
 * are behind them. Processes that it forks are refused, for they have the same connections.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct {
    pid_t process;
    GMutex lock;  /* of the worker and of is_open; waited for without the GIL */
    gint is_open; /* atomic, since the GIL alone is enough to look at it */
} MgPythonGuard;

/* Closed, for this process. */
void mg_python_guard_init(MgPythonGuard *self);

/* Around each call of a script. With the GIL, which is let go while the script's other threads are
 * waited for. */
void mg_python_guard_set_open(MgPythonGuard *self, gboolean is_open);

/* Why the worker cannot be used, or NULL. Static. */
const gchar *mg_python_guard_why_closed(const MgPythonGuard *self);

/* Around whatever uses the worker, with the GIL let go. MG_ERROR_GROUP, and not entered, where it
 * cannot be used. */
gboolean mg_python_guard_enter(MgPythonGuard *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_python_guard_leave(MgPythonGuard *self);
