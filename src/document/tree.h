/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Makes the tree of a document's values, of YAML or of JSON.
 */
#pragma once

#include "document/complaints.h"
#include "document/dialect.h"
#include "document/node.h"

typedef struct {
    gchar *filename;  /* as messages name it */
    GPtrArray *nodes; /* owns all of them */
    MgNode *root;     /* (nullable): NULL where a complaint says why there is no tree */
} MgTree;

/* Reads the one document of a file's text; a byte order mark before it is passed over.
 *
 * YAML 1.2: complains about text that is not UTF-8 or holds control characters, no YAML, no
 * document, several, duplicate keys, keys that are no text, aliases without anchor or of a value
 * inside itself, unknown tags, nesting deeper than 32 levels, more than 100,000 values (aliases
 * counted as often as used). Where it complains there may still be a root, so that the reader can
 * go on and find further mistakes.
 *
 * JSON (RFC 8259): complains about all else, NaN, Infinity, halves of surrogate pairs, and nesting
 * deeper than 64 levels. Of a key that an object holds twice the last value counts, where the first
 * stands, as in Python's json. The place of a list or an object in an object is its key's.
 * (transfer full) */
MgTree *mg_tree_read(MgDialect dialect, const gchar *text, gsize length, MgComplaints *complaints);

/* Wipes all texts: they may hold passwords. */
void mg_tree_free(MgTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTree, mg_tree_free)
