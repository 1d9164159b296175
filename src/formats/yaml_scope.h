/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What formats of a YAML file share: titles and substitutions. Files without `formats` leave theirs
 * to the files after them (mailgen-formats(5), Sharing within a file).
 *
 * Used by one thread while files are loaded.
 */
#pragma once

#include "formats/yaml_substitutions.h"

#include <glib.h>

typedef struct {
    GHashTable *titles; /* field → title, both owned */
    MgYamlSubstitutions *substitutions;
} MgYamlScope;

MgYamlScope *mg_yaml_scope_new(void); /* empty */
void mg_yaml_scope_free(MgYamlScope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlScope, mg_yaml_scope_free)

/* Adds all of `other`, which wins. */
void mg_yaml_scope_update(MgYamlScope *scope, const MgYamlScope *other);
