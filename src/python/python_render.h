/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 4 as Python asks for it: what render() takes, of a Host and of the module. The GIL is held
 * in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/request.h"
#include "python/python_terms.h"

typedef struct {
    MgPythonTerms own;
    MgRequest *request;
    const gchar *ticket; /* (nullable): one is to be drawn */
} MgPythonRender;

/* Of (terms, table, csv, form, template name, subject, body, substitutions, ticket). Table None is
 * the built-in one; csv given: made already; form as mg_form_parse() has it; either template name
 * or subject and body. `given` (nullable): as mg_python_terms_read() has it. FALSE with an
 * exception. Good as long as `arguments` live. */
gboolean mg_python_render_read(MgPythonRender *self, PyObject *arguments,
                               const MgTerms *given) G_GNUC_WARN_UNUSED_RESULT;
void mg_python_render_clear(MgPythonRender *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgPythonRender, mg_python_render_clear)

/* render(…) → Draft, of what a program has that is not in a run: with terms, CSV and ticket. */
PyObject *mg_python_render(PyObject *module, PyObject *arguments);
