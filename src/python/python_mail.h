/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Tables, drafts and mails as opaque Python objects: scripts carry them about, the C core makes and
 * reads them. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/draft.h"
#include "model/mail.h"
#include "model/pairs.h"
#include "model/table.h"

extern PyTypeObject mg_python_mail_table_type;
extern PyTypeObject mg_python_mail_draft_type;
extern PyTypeObject mg_python_mail_type;

/* Take over what they are given; a new reference. */
PyObject *mg_python_mail_from_draft(MgDraft *draft);
PyObject *mg_python_mail_from_mail(MgMail *mail);

/* What the object holds, which keeps it. NULL with TypeError where it is something else. */
const MgTable *mg_python_mail_table(PyObject *object);
const MgDraft *mg_python_mail_draft(PyObject *object);
const MgMail *mg_python_mail_mail(PyObject *object);

/* A dict as pairs: each value's str(), None as NULL. NULL with an exception. (transfer full) */
MgPairs *mg_python_mail_pairs(PyObject *mapping);

/* A list of str, or None for NULL. FALSE with an exception. */
gboolean mg_python_mail_strv(PyObject *list, gchar ***texts);
