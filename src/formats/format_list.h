/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * All formats of a site, in the order in which they are asked.
 */
#pragma once

#include "formats/format.h"

/* Loads `[0-9][0-9]*.yaml`, `.yml` and `.py` of `directory` in name order; (element-type MgFormat).
 * MG_ERROR_SETUP telling of every file that fails. No file at all is legal. */
GPtrArray *mg_format_list_load(const gchar *directory, GError **error);
