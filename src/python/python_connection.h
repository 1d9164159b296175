/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Connection: a libpq handle that psycopg2 owns, for the functions of
 * intelmqmail.db. Connection(handle as a number); the owner keeps the handle open meanwhile.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject mg_python_connection_type;
