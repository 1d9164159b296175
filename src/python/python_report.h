/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.XArfSchema: a schema of X-ARF 0.2, by which a script's values become a report.
 * The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject mg_python_report_type;
