/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Statements of scripts and their results as Python values, of the types that psycopg2 gives. The
 * GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "database/script_query.h"

/* Adds the module's QueryError, whose attribute sqlstate is the server's or None. */
gboolean mg_python_query_init(PyObject *module);

/* The text of a statement that a script may run, which `sql`, being bytes, keeps. NULL with an
 * exception: QueryError for what would take the group's locks away. */
const gchar *mg_python_query_text(PyObject *sql) G_GNUC_WARN_UNUSED_RESULT;

/* A tuple (names, type OIDs, rows as dicts, row count, command tag); names and OIDs are None where
 * the statement returns no rows. NULL with an exception. */
PyObject *mg_python_query_reply(const MgScriptResult *result);

/* Raises QueryError and frees `error`; `sqlstate` (nullable). Always NULL. */
PyObject *mg_python_query_raise(GError *error, const gchar *sqlstate);

/* value(oid, text): one value. */
PyObject *mg_python_query_value(PyObject *module, PyObject *arguments);
