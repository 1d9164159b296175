/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * YAML text as a stream of events: wraps libfyaml's parser. yaml_node.c makes a tree of them.
 */
#pragma once

#include "formats/yaml_complaints.h"

#include <glib.h>

typedef enum {
    MG_YAML_EVENT_DOCUMENT, /* begins */
    MG_YAML_EVENT_SCALAR,
    MG_YAML_EVENT_ALIAS, /* `text` is the anchor's name */
    MG_YAML_EVENT_MAP,   /* begins; keys and values follow in turn, then END */
    MG_YAML_EVENT_LIST,  /* begins */
    MG_YAML_EVENT_END,   /* of the innermost map or list */
} MgYamlEventType;

typedef struct {
    MgYamlEventType type;
    guint line;          /* from 1; 0 where nothing is written, such as a value left empty */
    guint column;        /* from 1, in characters; 0 likewise */
    const gchar *text;   /* SCALAR, ALIAS */
    gboolean is_plain;   /* SCALAR: neither quoted nor a block */
    gboolean is_cut;     /* SCALAR: plain, and behind it a comment that holds a `$` */
    gint indentation;    /* SCALAR: of a block's first line that is not blank; else -1 */
    const gchar *anchor; /* (nullable) */
    const gchar *tag;    /* (nullable) */
} MgYamlEvent;

/* The event lives until it returns; FALSE stops the reading. */
typedef gboolean (*MgYamlEventFunc)(const MgYamlEvent *event, gpointer user_data);

/* Calls `take` for each event. FALSE after a complaint about text that cannot be read as YAML. */
gboolean mg_yaml_syntax_read(const gchar *text, gsize length, MgYamlEventFunc take,
                             gpointer user_data, MgYamlComplaints *complaints);
