/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Makes the tree of a YAML document's values.
 *
 * Aliases are followed and merge keys (`<<`) carried out: readers see neither. A value that aliases
 * share stands in the tree once and is reached from several places; its place is where it is
 * written.
 */
#pragma once

#include "formats/yaml_node.h"

typedef struct {
    GPtrArray *nodes; /* owns all of them */
    MgYamlNode *root; /* (nullable): NULL where a complaint says why there is no tree */
} MgYamlTree;

/* Reads the one document of a file's text (YAML 1.2). Complains about: text that is not UTF-8 or
 * holds control characters, no YAML, no document, several, duplicate keys, keys that are no text,
 * aliases without anchor or of a value inside itself, unknown tags, nesting deeper and values more
 * than a format file can need (aliases counted as often as used). Where it complains there may
 * still be a root, so that the reader can go on and find further mistakes. (transfer full) */
MgYamlTree *mg_yaml_tree_read(const gchar *text, gsize length, MgYamlComplaints *complaints);
void mg_yaml_tree_free(MgYamlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlTree, mg_yaml_tree_free)
