/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Functions of intelmqmail._core for mails that a program composes step by step. The GIL is held in
 * all of them.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* sender_domain(text), sender_address(text): of the bare address of a sender that may have a
 * display name. */
PyObject *mg_python_compose_sender_domain(PyObject *module, PyObject *object);
PyObject *mg_python_compose_sender_address(PyObject *module, PyObject *sender);

/* compose_content(Draft) → bytes */
PyObject *mg_python_compose_content(PyObject *module, PyObject *object);

/* compose_mail(Draft, content, signature or None, micalg, date in seconds) → Mail */
PyObject *mg_python_compose_mail(PyObject *module, PyObject *arguments);

/* quoted_printable(bytes) → bytes, lines ended by CRLF */
PyObject *mg_python_compose_quoted_printable(PyObject *module, PyObject *object);

/* address_header(name, text) → the value as ASCII, folded: domains as A-labels, names as encoded
 * words */
PyObject *mg_python_compose_address_header(PyObject *module, PyObject *arguments);
