/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "python/python_gil.h"

#include <glib.h>

/* At the thread's end. Not PyGILState_Release(): Python's own note of the thread's state may be
 * gone by now, since the C library clears such notes in an order of its own. */
static void forget_thread(gpointer thread_state)
{
    if (!Py_IsInitialized())
        return;
    PyEval_RestoreThread(thread_state);
    PyThreadState_Clear(thread_state);
    PyThreadState_DeleteCurrent();
}

static GPrivate kept = G_PRIVATE_INIT(forget_thread);

/* PyGILState_Ensure() makes a state where the thread has none, and its counterpart destroys it when
 * the count falls to 0. One Ensure more than Releases keeps it. */
static void keep_thread_state(void)
{
    PyGILState_Ensure();
    g_private_set(&kept, PyEval_SaveThread());
}

static __thread PyGILState_STATE states[8];
static __thread guint depth;

void mg_python_gil_take(void)
{
    if (PyGILState_GetThisThreadState() == NULL)
        keep_thread_state();
    g_assert(depth < G_N_ELEMENTS(states));
    states[depth] = PyGILState_Ensure();
    depth++;
}

void mg_python_gil_release(void)
{
    g_assert(depth > 0);
    depth--;
    PyGILState_Release(states[depth]);
}
