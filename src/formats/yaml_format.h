/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Formats without code: YAML files (mailgen-formats(5), FORMATS IN YAML). yaml_rule.h is one entry
 * of such a file.
 *
 * Files are loaded by one thread; the formats are then asked from any.
 */
#pragma once

#include "formats/format.h"
#include "formats/yaml_scope.h"

/* Reads and checks one file. MG_ERROR_SETUP listing every mistake, a line `FILE:LINE:COLUMN:
 * message` each. A file without `formats` gives a format that answers for nothing, and adds to
 * `scope`. */
MgFormat *mg_yaml_format_load(const gchar *filename, MgYamlScope *scope,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a text; `filename` is what messages and formats without name are called after. */
MgFormat *mg_yaml_format_load_text(const gchar *filename, const gchar *text, gsize length,
                                   MgYamlScope *scope, GError **error) G_GNUC_WARN_UNUSED_RESULT;
