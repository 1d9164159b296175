/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A list as JSON, printed: what commands with --json give that list something.
 */
#pragma once

#include <glib.h>

/* Appends one of the list, as a value in an array. */
typedef void (*MgJsonListAppend)(GString *out, gconstpointer element);

/* The array, and a line feed, to standard output. */
void mg_json_list_print(const GPtrArray *list, MgJsonListAppend append);
