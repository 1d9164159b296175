/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Statements of scripts and their results as Python values, of the types that psycopg2 gives. The
 * GIL is held but while the server works.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "database/connection.h"

/* Adds the module's QueryError, whose attribute sqlstate is the server's or None. */
gboolean mg_python_query_init(PyObject *module);

/* Runs one statement, `sql` being bytes, on `connection`, or with a `host` on that of its group. A tuple (names, type OIDs, rows as dicts, row count,
 * command tag); names and OIDs are None where the statement returns no rows. QueryError where the
 * statement fails; `host` (nullable) takes note of errors that are graver (python_host.h). */
PyObject *mg_python_query_run(MgConnection *connection, PyObject *sql, PyObject *host);

/* value(oid, text): one value. */
PyObject *mg_python_query_value(PyObject *module, PyObject *arguments);
