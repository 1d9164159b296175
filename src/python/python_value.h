/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Values of the database as Python objects, of the types that psycopg2 gives. The GIL
 * is held in all of it.
 */
#pragma once

#include "model/events.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Once, before all else. FALSE with an exception. */
gboolean mg_python_value_init(void);

/* A new reference; NULL with an exception where the cell is not what `kind` promises. `cell` NULL
 * is None. */
PyObject *mg_python_value_from_cell(MgKind kind, const gchar *cell);

/* An aware datetime in UTC; None for MG_CLOCK_NONE. */
PyObject *mg_python_value_from_time(gint64 time_us);
PyObject *mg_python_value_from_interval(gint64 interval_us);

/* A list of dicts, one an event. */
PyObject *mg_python_value_from_events(const MgEvents *events);

/* Text of the database, UTF-8; NULL is None. */
PyObject *mg_python_value_from_text(const gchar *text);

/* `bytes`, a copy. */
PyObject *mg_python_value_from_bytes(GBytes *bytes);

/* A list of str, from texts that a NULL ends. */
PyObject *mg_python_value_from_strv(const gchar *const *texts);

/* For the module copy: what never changes, or belongs to the worker, stands in a copy itself. */
PyObject *mg_python_value_itself(PyObject *object, PyObject *unused);
#define MG_PYTHON_VALUE_COPY_METHODS                                                               \
    {"__copy__", mg_python_value_itself, METH_NOARGS, NULL},                                       \
    {                                                                                              \
        "__deepcopy__", mg_python_value_itself, METH_O, NULL                                       \
    }
