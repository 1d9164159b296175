/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A JSON document cut into nodes that point into its text. For python_json.c alone.
 *
 * Pure; memory grows with the text, the stack does not, however deep the nesting.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_JSON_NODE_OBJECT,
    MG_JSON_NODE_ARRAY,
    MG_JSON_NODE_KEY, /* its value is the node behind it */
    MG_JSON_NODE_STRING,
    MG_JSON_NODE_INTEGER,
    MG_JSON_NODE_FLOAT, /* has a point or an exponent */
    MG_JSON_NODE_WORD,
} MgJsonNodeType;

typedef struct {
    MgJsonNodeType type;
    gsize next;         /* index of the node behind this one and all that it holds */
    const gchar *start; /* of a scalar's text; of a string's or key's without the quotes */
    const gchar *end;
    const gchar *word; /* of a MG_JSON_NODE_WORD: what Python prints */
} MgJsonNode;

/* Takes what json.loads() takes: RFC 8259 and NaN, Infinity, -Infinity. A document that is one
 * scalar is `root` alone and *nodes is NULL, so that it costs no memory; else *nodes are all nodes
 * in the order of the text, each container followed by its members, and `root` is a copy of the
 * first. The nodes live as long as `json`. MG_ERROR_GROUP naming the offset where the text is no
 * JSON, or no UTF-8. (transfer full) */
gboolean mg_json_nodes_parse(const gchar *json, MgJsonNode *root, GArray **nodes,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

static inline MgJsonNode *mg_json_nodes_at(const GArray *nodes, gsize index)
{
    return &g_array_index(nodes, MgJsonNode, index);
}

/* Appends what a string or key stands for, escapes resolved. What no C string of UTF-8 can hold
 * becomes U+FFFD with `replace`; else NUL is "\xc0\x80" and a lone surrogate has its three bytes,
 * so that nothing is lost. */
void mg_json_nodes_append_string(GString *out, const MgJsonNode *node, gboolean replace);
