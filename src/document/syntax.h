/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The text of a document as a stream of events; tree.c makes a tree of them. The project's one door
 * to libfyaml.
 */
#pragma once

#include "document/complaints.h"
#include "document/dialect.h"

#include <glib.h>

typedef enum {
    MG_SYNTAX_EVENT_DOCUMENT, /* begins */
    MG_SYNTAX_EVENT_SCALAR,
    MG_SYNTAX_EVENT_ALIAS, /* `text` is the anchor's name */
    MG_SYNTAX_EVENT_MAP,   /* begins; keys and values follow in turn, then END */
    MG_SYNTAX_EVENT_LIST,  /* begins */
    MG_SYNTAX_EVENT_END,   /* of the innermost map or list */
} MgSyntaxEventType;

typedef struct {
    MgSyntaxEventType type;
    guint line;          /* from 1; 0 where nothing is written, such as a value left empty */
    guint column;        /* from 1, in characters; 0 likewise */
    const gchar *text;   /* SCALAR, ALIAS; a NUL may be in it where JSON is read */
    gsize length;        /* of `text` in bytes */
    gboolean is_plain;   /* SCALAR: neither quoted nor a block */
    gboolean is_cut;     /* SCALAR: plain, and behind it a comment that holds a `$` */
    gint indentation;    /* SCALAR: of a block's first line that is not blank; else -1 */
    const gchar *anchor; /* (nullable) */
    const gchar *tag;    /* (nullable) */
} MgSyntaxEvent;

/* The event lives until it returns; FALSE stops the reading. */
typedef gboolean (*MgSyntaxFunc)(const MgSyntaxEvent *event, gpointer user_data);

/* Calls `take` for each event. FALSE after a complaint about text that cannot be read: not UTF-8,
 * with control characters, or not of the dialect. No complaint shows the text, which may hold a
 * password. */
gboolean mg_syntax_read(MgDialect dialect, const gchar *text, gsize length, MgSyntaxFunc take,
                        gpointer user_data, MgComplaints *complaints);
