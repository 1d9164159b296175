/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.format_csv(): CSV of values that a script's own columns made. The GIL is held.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* format_csv(titles, list of rows) → text: each value's str(), None as nothing. */
PyObject *mg_python_csv_format(PyObject *module, PyObject *arguments);
