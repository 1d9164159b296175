/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What a script has put in the place of what the site has (flow/terms.h), from the tuple that
 * ScriptContext._terms() makes. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "flow/terms.h"

typedef struct {
    MgTerms terms;
    MgGroup *group;             /* (nullable): the script's own */
    const gchar *template_dir;  /* (nullable): likewise */
    MgTemplateStore *templates; /* (nullable): of that directory */
} MgPythonTerms;

/* `object` None: those that are `given`, the site's for the group; NULL where there is no run.
 * FALSE with an exception for what cannot be used. Good as long as `object` and what is given live.
 * The templates are the given ones; with_templates: the script's, FALSE also where their directory
 * cannot be read. */
gboolean mg_python_terms_read(MgPythonTerms *self, PyObject *object,
                              const MgTerms *given) G_GNUC_WARN_UNUSED_RESULT;
gboolean mg_python_terms_read_with_templates(MgPythonTerms *self, PyObject *object,
                                             const MgTerms *given) G_GNUC_WARN_UNUSED_RESULT;
/* Frees what the terms have of their own. */
void mg_python_terms_clear(MgPythonTerms *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MgPythonTerms, mg_python_terms_clear)
