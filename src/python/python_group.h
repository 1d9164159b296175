/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A group as Python has it. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/group.h"

/* The group as what the class Directive takes: a tuple. */
PyObject *mg_python_group_describe(const MgGroup *group);

/* (directive id, event id) of each of its directives: an iterator. */
PyObject *mg_python_group_directive_events(const MgGroup *group);
