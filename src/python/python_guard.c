/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "python/python_guard.h"

#include "base/error.h"

#include <unistd.h>

void mg_python_guard_init(MgPythonGuard *self)
{
    self->process = getpid();
    g_mutex_init(&self->lock);
    self->is_open = FALSE;
}

void mg_python_guard_set_open(MgPythonGuard *self, gboolean is_open)
{
    /* Mostly there is one thread, which need not let the GIL go. */
    if (!g_mutex_trylock(&self->lock)) {
        Py_BEGIN_ALLOW_THREADS;
        g_mutex_lock(&self->lock);
        Py_END_ALLOW_THREADS;
    }
    g_atomic_int_set(&self->is_open, is_open);
    g_mutex_unlock(&self->lock);
}

/* A child has the worker's connections too, as the script's other threads have. */
const gchar *mg_python_guard_why_closed(const MgPythonGuard *self)
{
    if (self->process != getpid())
        return "a child process cannot use the context of the script that has started it";
    if (!g_atomic_int_get(&self->is_open))
        return "the work on this directive is over: its context cannot be used any more";
    return NULL;
}

/* In a child the lock is as it was when the child was made, perhaps taken for ever. */
gboolean mg_python_guard_enter(MgPythonGuard *self, GError **error)
{
    gboolean is_child = self->process != getpid();
    const gchar *why;

    if (!is_child)
        g_mutex_lock(&self->lock);
    why = mg_python_guard_why_closed(self);
    if (why == NULL)
        return TRUE;
    if (!is_child)
        g_mutex_unlock(&self->lock);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, why);
    return FALSE;
}

void mg_python_guard_leave(MgPythonGuard *self)
{
    g_mutex_unlock(&self->lock);
}
