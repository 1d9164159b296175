/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Formats without code: YAML files (contract 10a).
 */
#pragma once

#include "formats/format.h"

/* Titles and substitutions that files without `formats` leave to the files after them. */
typedef struct MgYamlScope MgYamlScope;
MgYamlScope *mg_yaml_scope_new(void);
void mg_yaml_scope_free(MgYamlScope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlScope, mg_yaml_scope_free)

/* Reads and checks one file. MG_ERROR_SETUP listing every mistake with file, line and column. */
MgFormat *mg_yaml_format_load(const gchar *filename, MgYamlScope *scope, GError **error);
