/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A YAML document as a tree of values, each with its place in the file.
 *
 * Aliases are followed and merge keys (`<<`) carried out: readers see neither. A value that aliases
 * share stands in the tree once and is reached from several places; its place is where it is
 * written. This is the folder's one door to the YAML library.
 */
#pragma once

#include "formats/yaml_complaints.h"

#include <glib.h>

typedef enum {
    MG_YAML_NOTHING, /* no value, `~` or `null` */
    MG_YAML_TEXT,    /* any other scalar: texts, numbers, true and false */
    MG_YAML_LIST,
    MG_YAML_MAP,
    MG_YAML_BROKEN, /* complained about already: readers pass over it in silence */
} MgYamlKind;

typedef struct MgYamlNode MgYamlNode;

struct MgYamlNode {
    MgYamlKind kind;
    guint line;        /* from 1 */
    guint column;      /* from 1, in characters */
    gchar *text;       /* TEXT: UTF-8 without NUL */
    gboolean is_plain; /* TEXT: written without quotes, so that `true` is a boolean */
    GPtrArray *keys;   /* MAP: of MgYamlNode, kind TEXT, no two alike; beside `values` */
    GPtrArray *values; /* MAP, LIST: of MgYamlNode */

    /* While the tree is made. */
    MgYamlNode *pending_key;
    gboolean is_open;
    gsize weight;
    guint height;
};

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

guint mg_yaml_node_count(const MgYamlNode *node); /* of a MAP's or LIST's values */
const MgYamlNode *mg_yaml_node_key(const MgYamlNode *map, guint index);
const MgYamlNode *mg_yaml_node_value(const MgYamlNode *map_or_list, guint index);
/* (nullable): NULL where the MAP has no such key. */
const MgYamlNode *mg_yaml_node_lookup(const MgYamlNode *map, const gchar *key);
