/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4 of mails that are to fit, as a script asks for it (flow/fit.h). The GIL is held in all of
 * it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A Host's fit(render's arguments, titles, rows, limits) → list of (Draft, id of its first event,
 * how many events). render's arguments are a tuple as mg_python_render_read() takes it. titles and
 * rows None: the table's, of the events that are loaded; else a CSV's header row and a list of
 * (event id, row). limits: a tuple of inline_rows, attachment_size, zip, mail_size. */
PyObject *mg_python_fit(PyObject *object, PyObject *arguments);
