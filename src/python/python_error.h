/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Errors on their way between C and Python. The GIL is held in all of it.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <glib.h>

/* intelmqmail.notification.NotificationError; made by the module's start. */
extern PyObject *mg_python_error_class;

/* Raises `error` as a NotificationError and frees it; always NULL. */
PyObject *mg_python_error_raise(GError *error);

/* The same for what a template's expansion gives: KeyError or ValueError as string.Template raises
 * them, caused by the NotificationError that names the place. */
PyObject *mg_python_error_raise_template(GError *error);

/* Whether the object is of the type; FALSE with TypeError. */
gboolean mg_python_error_check_type(PyObject *object, PyTypeObject *type);

/* Turns the exception that is set into an MG_ERROR of `code` and clears it. */
void mg_python_error_take(GError **error, gint code, const gchar *what);
