/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A text as Python's repr() prints it. Pure.
 */
#pragma once

#include <glib.h>

/* Appends repr() of a str. `text` is UTF-8 that may hold lone surrogates in three bytes each, and
 * NUL as "\xc0\x80" besides as itself; `length` -1: up to the NUL. */
void mg_python_repr_append(GString *out, const gchar *text, gssize length);
