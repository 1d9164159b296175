/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Host: what Python can ask of a host (python_host.h): stages 3 to 6, statements,
 * signatures, and what is known of the group. The GIL is held in all of it; what may wait lets go
 * of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject mg_python_host_methods_type;

/* A Mail of a Draft, as the site has it; of a host. NULL with an exception. */
PyObject *mg_python_host_methods_compose(PyObject *object, PyObject *draft);
