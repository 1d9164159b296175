/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A JSON value as Python's str(json.loads(text)) prints it (values of extra in the CSV). A parser
 * of its own, since no library keeps numbers of any size, both halves of `1.0` and the order of
 * keys.
 *
 * Pure; memory grows with the text, the stack does not, however deep the nesting.
 */
#pragma once

#include <glib.h>

/* A string is appended as it is, where NUL and lone surrogates, which no mail can carry, become
 * U+FFFD; null appends nothing, as csv.writer does; all else as repr() prints it, an integer digit
 * by digit. Takes what json.loads() takes: RFC 8259 and NaN, Infinity, -Infinity. FALSE with
 * MG_ERROR_GROUP naming the offset where `json` is no JSON or no UTF-8. */
gboolean mg_python_json_append(GString *out, const gchar *json,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
