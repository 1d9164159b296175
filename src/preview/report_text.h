/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A report in JSON, readable. Pure.
 */
#pragma once

#include <glib.h>

/* A line a value, indented; what is enclosed in base64 (XARF's evidence) behind it as the text that
 * it is. What is no JSON comes out much as it is. (transfer full) */
gchar *mg_report_text_of(const gchar *json);
