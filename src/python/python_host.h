/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host of a group (formats/host.h) as a Python object. Everything that may wait lets go of the
 * GIL, which is held otherwise.
 *
 * A script may have threads: their calls come one after the other, and only while the program has called the
 * script, since the worker's connections are behind them. Processes that it forks are refused.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "formats/host.h"

extern PyTypeObject mg_python_host_type;

/* A new reference; not open. */
PyObject *mg_python_host_new(MgHost *host);

/* Around each call of a script. Waits for the calls of its other threads. */
void mg_python_host_set_open(PyObject *object, gboolean is_open);

/* Around whatever uses the worker, with the GIL let go. MG_ERROR_GROUP, and not entered, where the object is
 * not open, or in a child process. */
gboolean mg_python_host_enter(PyObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_python_host_leave(PyObject *object);

/* The group is over: whoever still holds the object gets an exception from now on. */
void mg_python_host_end(PyObject *object);

/* The gravest code among the errors that the host reported to the script: a broken connection must
 * not pass for a script's mistake, whatever the script made of it. MG_ERROR_GROUP where none was.
 */
gint mg_python_host_gravest(PyObject *object);

/* NULL with an exception where the object is not open, or is none. */
MgHost *mg_python_host_get(PyObject *object);
/* The same without a look at whether it is open, between mg_python_host_enter() and _leave(). */
MgHost *mg_python_host_peek(PyObject *object);
/* Raises what the host reported, and takes note of its code; always NULL. */
PyObject *mg_python_host_raise(PyObject *object, GError *error);

/* The object's group, open or not; before mg_python_host_end(). */
const MgGroup *mg_python_host_group(PyObject *object);

/* A Mail of a Draft, as the site has it. */
PyObject *mg_python_host_compose(PyObject *object, PyObject *draft);

/* The group as what the class Directive takes: a tuple. */
PyObject *mg_python_host_describe(const MgGroup *group);
