/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Functions of intelmqmail._core for templates. The GIL is held in all of them.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* expand(text, dict) → text. KeyError, ValueError as string.Template raises them. */
PyObject *mg_python_template_expand(PyObject *module, PyObject *arguments);

/* split_template(text as a caller gives it) → (subject, body) */
PyObject *mg_python_template_split(PyObject *module, PyObject *object);

/* read_template(directory, name) → (subject, body) */
PyObject *mg_python_template_read(PyObject *module, PyObject *arguments);
