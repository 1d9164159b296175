/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Floating point numbers as Python's repr() prints them. Pure functions.
 */
#pragma once

#include <glib.h>

/* Appends repr(value): the shortest digits that read back as the same double, `50.0`, `1e+20`,
 * `nan`, `inf`. */
void mg_python_float_append(GString *out, gdouble value);

/* Appends repr(float(text)) for the decimal number in the first `length` bytes of `text`
 * (`-12.50e3`), which must be followed by a byte that cannot belong to a number. Needs no floating
 * point for up to 15 digits. FALSE, and nothing appended, where it is no number. */
gboolean mg_python_float_append_decimal(GString *out, const gchar *text, gsize length);
