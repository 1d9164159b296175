/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/python_json.h"

#include "render/json_nodes.h"
#include "render/python_float.h"
#include "render/python_repr.h"

#include <string.h>

static void append_quoted(GString *out, const MgJsonNode *node, GString *scratch)
{
    g_string_truncate(scratch, 0);
    mg_json_nodes_append_string(scratch, node, FALSE);
    mg_python_repr_append(out, scratch->str, (gssize)scratch->len);
}

static void append_integer(GString *out, const MgJsonNode *node)
{
    gsize length = (gsize)(node->end - node->start);

    if (length == 2 && memcmp(node->start, "-0", 2) == 0) /* int("-0") is 0 */
        g_string_append_c(out, '0');
    else
        g_string_append_len(out, node->start, (gssize)length);
}

static gboolean is_null(const MgJsonNode *node)
{
    return node->type == MG_JSON_NODE_WORD && g_str_equal(node->word, "None");
}

static void append_scalar(GString *out, const MgJsonNode *node, GString *scratch)
{
    switch (node->type) {
    case MG_JSON_NODE_KEY:
    case MG_JSON_NODE_STRING:
        append_quoted(out, node, scratch);
        return;
    case MG_JSON_NODE_INTEGER:
        append_integer(out, node);
        return;
    case MG_JSON_NODE_FLOAT:
        mg_python_float_append_decimal(out, node->start, (gsize)(node->end - node->start));
        return;
    case MG_JSON_NODE_WORD:
        g_string_append(out, node->word);
        return;
    case MG_JSON_NODE_OBJECT:
    case MG_JSON_NODE_ARRAY:
        break;
    }
    g_assert_not_reached();
}

typedef struct {
    gsize index; /* of the key's node */
    gsize text;  /* offset of the decoded key */
    const GString *texts;
} Key;

static gint compare_keys(gconstpointer left, gconstpointer right)
{
    const Key *a = left;
    const Key *b = right;
    gint order = strcmp(a->texts->str + a->text, b->texts->str + b->text);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* A dict keeps the place of the first and the value of the last key of one name. Sorted, not
 * hashed: no hostile choice of keys makes this slow. */
static void settle_keys(GArray *nodes, gsize object, GArray *keys, GString *texts)
{
    gsize end = mg_json_nodes_at(nodes, object)->next;

    g_array_set_size(keys, 0);
    g_string_truncate(texts, 0);
    for (gsize i = object + 1; i < end; i = mg_json_nodes_at(nodes, i + 1)->next) {
        Key key = {i, texts->len, texts};
        mg_json_nodes_append_string(texts, mg_json_nodes_at(nodes, i), FALSE);
        g_string_append_c(texts, '\0');
        g_array_append_val(keys, key);
    }
    g_array_sort(keys, compare_keys);
    for (gsize i = 0, first = 0; i < keys->len; i++) {
        const Key *key = &g_array_index(keys, Key, i);
        const Key *earliest = &g_array_index(keys, Key, first);
        if (i == first || strcmp(texts->str + earliest->text, texts->str + key->text) != 0) {
            first = i;
            continue;
        }
        mg_json_nodes_at(nodes, earliest->index)->next = key->index + 1;
        mg_json_nodes_at(nodes, key->index)->next = 0;
    }
}

static void settle_all_keys(GArray *nodes, GString *scratch)
{
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Key));

    for (gsize i = 0; i < nodes->len; i++) {
        const MgJsonNode *node = mg_json_nodes_at(nodes, i);
        /* one member only: nothing to settle */
        if (node->type == MG_JSON_NODE_OBJECT && node->next > i + 1 &&
            mg_json_nodes_at(nodes, i + 2)->next < node->next)
            settle_keys(nodes, i, keys, scratch);
    }
}

typedef struct {
    gsize container;
    gsize member; /* the next one to print; the container's `next` behind the last */
    gboolean begun;
} Frame;

/* Moves the frame on by one member. Gives the index of its value, after printing what stands before
 * it; 0 for a member that an earlier one stands for. */
static gsize append_before_value(GString *out, const GArray *nodes, Frame *frame, GString *scratch)
{
    gboolean in_object = mg_json_nodes_at(nodes, frame->container)->type == MG_JSON_NODE_OBJECT;
    const MgJsonNode *key = mg_json_nodes_at(nodes, frame->member);
    gsize value = in_object ? key->next : frame->member;

    frame->member = mg_json_nodes_at(nodes, in_object ? frame->member + 1 : frame->member)->next;
    if (value == 0)
        return 0;
    if (frame->begun)
        g_string_append(out, ", ");
    frame->begun = TRUE;
    if (in_object) {
        append_quoted(out, key, scratch);
        g_string_append(out, ": ");
    }
    return value;
}

/* Appends a scalar; of a container its beginning, and its frame is the innermost from then on. */
static void append_value(GString *out, const GArray *nodes, GArray *frames, gsize index,
                         GString *scratch)
{
    const MgJsonNode *node = mg_json_nodes_at(nodes, index);
    Frame frame = {index, index + 1, FALSE};

    if (node->type != MG_JSON_NODE_OBJECT && node->type != MG_JSON_NODE_ARRAY) {
        append_scalar(out, node, scratch);
        return;
    }
    g_string_append_c(out, node->type == MG_JSON_NODE_OBJECT ? '{' : '[');
    g_array_append_val(frames, frame);
}

static void append_container(GString *out, const GArray *nodes, GString *scratch)
{
    g_autoptr(GArray) frames = g_array_new(FALSE, FALSE, sizeof(Frame));

    append_value(out, nodes, frames, 0, scratch);
    while (frames->len > 0) {
        Frame *frame = &g_array_index(frames, Frame, frames->len - 1);
        const MgJsonNode *container = mg_json_nodes_at(nodes, frame->container);
        gsize value;

        if (frame->member == container->next) {
            g_string_append_c(out, container->type == MG_JSON_NODE_OBJECT ? '}' : ']');
            g_array_set_size(frames, frames->len - 1);
            continue;
        }
        value = append_before_value(out, nodes, frame, scratch);
        if (value != 0)
            append_value(out, nodes, frames, value, scratch);
    }
}

gboolean mg_python_json_append(GString *out, const gchar *json, GError **error)
{
    g_autoptr(GArray) nodes = NULL;
    g_autoptr(GString) scratch = NULL;
    MgJsonNode root;

    if (!mg_json_nodes_parse(json, &root, &nodes, error))
        return FALSE;
    if (root.type == MG_JSON_NODE_STRING) {
        mg_json_nodes_append_string(out, &root, TRUE);
    } else if (nodes != NULL) {
        scratch = g_string_new(NULL);
        settle_all_keys(nodes, scratch);
        append_container(out, nodes, scratch);
    } else if (!is_null(&root)) {
        append_scalar(out, &root, NULL);
    }
    return TRUE;
}
