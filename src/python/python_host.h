/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host of a group (formats/host.h) as a Python object. Everything that may wait lets go of the
 * GIL, which is held otherwise.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "formats/host.h"

extern PyTypeObject mg_python_host_type;
extern PyTypeObject mg_python_host_courier_type;

/* A new reference. */
PyObject *mg_python_host_new(MgHost *host);

/* The group is over: whoever still holds the object gets an exception from now on. */
void mg_python_host_end(PyObject *object);

/* The gravest code among the errors that the host reported to the script: a broken connection must
 * not pass for a script's mistake, whatever the script made of it. MG_ERROR_GROUP where none was.
 */
gint mg_python_host_gravest(PyObject *object);

/* NULL with an exception where the group is over, or the object is none. */
MgHost *mg_python_host_get(PyObject *object);
/* Raises what the host reported, and takes note of its code; always NULL. */
PyObject *mg_python_host_raise(PyObject *object, GError *error);

/* The group as what the class Directive takes: a tuple. */
PyObject *mg_python_host_describe(const MgGroup *group);

/* What stands for SMTP while a notification sends itself. */
PyObject *mg_python_host_courier_new(PyObject *host, MgCourier *courier);
void mg_python_host_courier_end(PyObject *object);
