/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Draft: a draft as a Python object: scripts carry it about, the C core makes and
 * reads it. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/draft.h"

extern PyTypeObject mg_python_draft_type;

/* Takes the draft over; a new reference. */
PyObject *mg_python_draft_new(MgDraft *draft);

/* What the object holds, which keeps it. NULL with TypeError where it is something else. */
const MgDraft *mg_python_draft_get(PyObject *object);
