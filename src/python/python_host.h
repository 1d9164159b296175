/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host of a group (flow/host.h) as a Python object, of which python_host_methods.h has the
 * methods. The GIL is held in all of it but where something may wait.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "flow/host.h"
#include "python/python_guard.h"

typedef struct {
    PyObject_HEAD MgHost *host; /* NULL: the group is over */
    gint gravest;
    gboolean has_queried; /* statements of the script's own */
    MgPythonGuard guard;
} MgPythonHost;

/* A new reference; not open. `type`: that of the methods. */
PyObject *mg_python_host_new(PyTypeObject *type, MgHost *host);

/* Around each call of a script. Waits for the calls of its other threads (python_guard.h). */
void mg_python_host_set_open(PyObject *object, gboolean is_open);

/* The group is over: whoever still holds the object gets an exception from now on. */
void mg_python_host_end(PyObject *object);

/* The object's group, open or not; before mg_python_host_end(). */
const MgGroup *mg_python_host_group(PyObject *object);

/* The gravest code among the errors that the host reported to the script: a broken connection must
 * not pass for a script's mistake, whatever the script made of it. MG_ERROR_GROUP where none
 * was. */
gint mg_python_host_gravest(PyObject *object);

/* What waits is called so, with the worker to itself and the GIL let go:
 *
 *     if (mg_python_host_enter(object, &call))
 *         events = mg_host_load(call.host, …, &call.error);
 *     if (!mg_python_host_leave(&call))
 *         return NULL;
 */
typedef struct {
    PyObject *object;
    PyThreadState *thread;
    MgHost *host;  /* between the two */
    GError *error; /* of what is called between the two */
} MgPythonHostCall;

/* FALSE, with call's error, where the object is not open. mg_python_host_leave() follows in any
 * case. */
gboolean mg_python_host_enter(PyObject *object, MgPythonHostCall *call);
/* FALSE with an exception where the call has an error, whose code is noted. */
gboolean mg_python_host_leave(MgPythonHostCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* The same, but the error, if there is one, is the caller's. */
gboolean mg_python_host_leave_with(MgPythonHostCall *call,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NULL with an exception where the object is not open. */
MgHost *mg_python_host_get(PyObject *object) G_GNUC_WARN_UNUSED_RESULT;

/* Raises what the host reported, and takes note of its code; always NULL. */
PyObject *mg_python_host_raise(PyObject *object, GError *error);

/* The script has run a statement of its own. */
void mg_python_host_note_query(PyObject *object);
