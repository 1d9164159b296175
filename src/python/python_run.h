/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Run: a run inside another program (package intelmqmail, module cb).
 *
 *     Run(configuration as JSON, Scripts or None, dry run, libpq handle or 0, template or None,
 *         templates or None)
 *
 * All formats of the site answer, or just the given Scripts. With a handle everything is done on
 * it, in the transaction of its owner. A dry run keeps its mails.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyTypeObject mg_python_run_type;

/* From now on what the core logs goes to Python's log. */
void mg_python_run_log_to_host(void);
