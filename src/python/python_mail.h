/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqmail._core.Mail: a mail as a Python object: scripts carry it about, the C core makes and
 * reads it. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/mail.h"

extern PyTypeObject mg_python_mail_type;

/* Takes the mail over; a new reference. */
PyObject *mg_python_mail_new(MgMail *mail);

/* What the object holds, which keeps it. NULL with TypeError where it is something else. */
const MgMail *mg_python_mail_get(PyObject *object);
