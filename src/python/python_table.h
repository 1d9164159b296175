/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Table: a table that the C core can render, as an opaque Python object. The GIL
 * is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/table.h"

extern PyTypeObject mg_python_table_type;

/* What the object holds, which keeps it. NULL with TypeError where it is something else. */
const MgTable *mg_python_table_get(PyObject *object);
