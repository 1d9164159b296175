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
    gboolean is_cut;   /* TEXT: what follows it in its line is a comment that holds a `$` */
    GPtrArray *keys;   /* MAP: of MgYamlNode, kind TEXT, no two alike; beside `values` */
    GPtrArray *values; /* MAP, LIST: of MgYamlNode */

    /* Of yaml_tree.c, while it makes the tree. */
    MgYamlNode *pending_key;
    gboolean is_open;
    gsize weight;
    guint height;
};

guint mg_yaml_node_count(const MgYamlNode *node); /* of a MAP's or LIST's values */
const MgYamlNode *mg_yaml_node_key(const MgYamlNode *map, guint index);
const MgYamlNode *mg_yaml_node_value(const MgYamlNode *map_or_list, guint index);
/* (nullable): NULL where the MAP has no such key. */
const MgYamlNode *mg_yaml_node_lookup(const MgYamlNode *map, const gchar *key);
