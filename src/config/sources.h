/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The files of a configuration as one document: each lies over those before it.
 */
#pragma once

#include "config/problems.h"
#include "document/node.h"

typedef struct MgSources MgSources;

MgSources *mg_sources_new(void);
void mg_sources_free(MgSources *sources);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSources, mg_sources_free)

/* Lays a JSON object over what was added before: its members win; where both have an object under
 * one key, its members are merged the same way, but not theirs. What is wrong with the text is
 * added to `problems`, and the text is left out. */
void mg_sources_add(MgSources *sources, const gchar *name, const gchar *text, gsize length,
                    MgProblems *problems);

/* The merged object; its values know the file and the place they came from. (nullable): nothing was
 * added. */
const MgNode *mg_sources_root(const MgSources *sources);

/* A value as JSON text; Python's json.loads() makes the same of it as of the files. (transfer
 * full) */
gchar *mg_sources_print(const MgNode *value);
