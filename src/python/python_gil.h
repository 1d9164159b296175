/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The interpreter's lock (GIL) for threads that Python has not made: the workers.
 *
 * A worker keeps its thread state for life, since making one for each call costs ten times the
 * call.
 */
#pragma once

/* Takes the lock; any thread, nested too. The lock must be let go of around everything that
 * waits. */
void mg_python_gil_take(void);
void mg_python_gil_release(void);
