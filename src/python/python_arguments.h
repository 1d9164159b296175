/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Python's dicts and lists as the core has them. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "model/pairs.h"

/* A dict as pairs: each value's str(), None as NULL. NULL with an exception. (transfer full) */
MgPairs *mg_python_arguments_pairs(PyObject *mapping) G_GNUC_WARN_UNUSED_RESULT;

/* A list of str, or None for NULL. FALSE with an exception. (transfer full) */
gboolean mg_python_arguments_strv(PyObject *list, gchar ***texts) G_GNUC_WARN_UNUSED_RESULT;

/* A sequence of int as ids: of gint64. NULL with an exception. (transfer full) */
GArray *mg_python_arguments_ids(PyObject *sequence) G_GNUC_WARN_UNUSED_RESULT;

/* The bare addresses of a list of str, each once; NULL for None and for an empty list. smtplib
 * takes "Name <address>" among its recipients too. FALSE with an exception. (transfer full) */
gboolean mg_python_arguments_addresses(PyObject *list, gchar ***tos) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes of a `bytes`. NULL with an exception. (transfer full) */
GBytes *mg_python_arguments_bytes(PyObject *object) G_GNUC_WARN_UNUSED_RESULT;
