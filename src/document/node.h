/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A value of a document, with its place in the file.
 *
 * Aliases are followed and merge keys (`<<`) carried out: readers see neither. A value that aliases
 * share stands in the tree once and is reached from several places; its place is where it is
 * written. Numbers stay the text they are written as, so that no digit is lost. Owned by its tree;
 * immutable once read.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_NODE_NOTHING, /* `null`; in YAML also no value and `~` */
    MG_NODE_TEXT,    /* any other scalar: texts, numbers, true and false */
    MG_NODE_LIST,
    MG_NODE_MAP,
    MG_NODE_BROKEN, /* complained about already: readers pass over it in silence */
} MgNodeKind;

typedef struct MgNode MgNode;

struct MgNode {
    MgNodeKind kind;
    const gchar *filename; /* its tree's, for messages */
    guint line;            /* from 1 */
    guint column;          /* from 1, in characters */
    gchar *text;           /* NOTHING, TEXT: UTF-8; a NUL may be in a text of JSON */
    gsize length;          /* of `text` in bytes */
    gboolean is_plain;     /* TEXT: written without quotes, so that `true` is a boolean */
    gboolean is_cut;       /* TEXT: what follows it in its line is a comment that holds a `$` */
    GPtrArray *keys;       /* MAP: of MgNode, kind TEXT, no two alike; beside `values` */
    GPtrArray *values;     /* MAP, LIST: of MgNode */

    /* Of tree.c, while it makes the tree. */
    MgNode *pending_key;
    gboolean is_open;
    gsize weight;
    guint height;
};

guint mg_node_count(const MgNode *node); /* of a MAP's or LIST's values */
const MgNode *mg_node_key(const MgNode *map, guint index);
const MgNode *mg_node_value(const MgNode *map_or_list, guint index);

/* (nullable): NULL where the MAP has no such key. */
const MgNode *mg_node_lookup(const MgNode *map, const gchar *key);

/* `FILE:LINE:COLUMN`. (transfer full) */
gchar *mg_node_place(const MgNode *node);

/* For hash tables whose keys are keys of a MAP. */
guint mg_node_hash(gconstpointer key);
gboolean mg_node_equal(gconstpointer key, gconstpointer other_key);

/* What a value is to JSON: a text in quotes, one of these without NUL, `true` or `false`, a number
 * without point and exponent. */
gboolean mg_node_is_string(const MgNode *node);
gboolean mg_node_is_c_string(const MgNode *node);
gboolean mg_node_is_boolean(const MgNode *node);
gboolean mg_node_is_integer(const MgNode *node);

/* What a message calls a value of JSON: "an integer", "an object", ... */
const gchar *mg_node_type_name(const MgNode *node);
