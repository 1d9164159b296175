/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Format scripts in Python as formats (mailgen-formats(5), FORMATS IN PYTHON).
 *
 * Code of the extension module, reached through the capsule of that name: in the program by the
 * plug-in that brings the interpreter, in library mode directly.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "formats/format.h"

#define MG_PYTHON_ENGINE_CAPSULE "intelmqmail._core._engine"

typedef struct {
    /* Once, the interpreter being set up and the GIL held: Python's log goes to the program's.
     * MG_ERROR_SETUP. */
    gboolean (*set_up_embedded)(GError **error);
    /* Runs the script's file; the GIL not held. MG_ERROR_SETUP with the traceback where it fails or
     * lacks create_notifications. */
    MgFormat *(*load)(const gchar *filename, GError **error);
} MgPythonEngine;

extern const MgPythonEngine mg_python_engine;

/* A Script that is loaded already as a format; the GIL held. NULL with an exception. */
MgFormat *mg_python_engine_wrap(PyObject *script);
