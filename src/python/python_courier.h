/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The courier (formats/notification.h) as a Python object: what stands for SMTP while a
 * notification sends itself. Under the GIL.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "formats/notification.h"

extern PyTypeObject mg_python_courier_type;

/* A new reference. `host`: the object of the group's host, open. */
PyObject *mg_python_courier_new(PyObject *host, MgCourier *courier);

/* The courier is gone; after the host was closed. */
void mg_python_courier_end(PyObject *object);
