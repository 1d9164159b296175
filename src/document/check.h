/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Values of a document checked for their types; what is wrong becomes a complaint.
 *
 * `what` names the value in messages, as the file's author knows it: "'postpone'", "a column".
 * A value complained about already (MG_NODE_BROKEN) gives no second complaint.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"

/* Whether the node is one; FALSE with a complaint. */
gboolean mg_check_map(const MgNode *node, const gchar *what, MgComplaints *complaints);
gboolean mg_check_list(const MgNode *node, const gchar *what, MgComplaints *complaints);

/* The text, as it is written where it is a number, true or false. NULL with a complaint. */
const gchar *mg_check_text(const MgNode *node, const gchar *what, MgComplaints *complaints);

/* A complaint at the node. */
void mg_check_complain(const MgNode *node, MgComplaints *complaints, const gchar *format, ...)
    G_GNUC_PRINTF(3, 4);
/* One that says what the value must be (`wanted`: "a text"), and what it is. */
void mg_check_complain_unfit(const MgNode *node, const gchar *what, const gchar *wanted,
                             MgComplaints *complaints);

/* Reads a value into the field at `field`; what is wrong becomes a complaint. */
typedef void (*MgCheckReader)(gpointer field, const MgNode *value, const gchar *what,
                              MgComplaints *complaints);

/* Readers: `field` is a gboolean; a gchar *, whose old text is freed. */
void mg_check_read_boolean(gpointer field, const MgNode *value, const gchar *what,
                           MgComplaints *complaints);
void mg_check_read_text(gpointer field, const MgNode *value, const gchar *what,
                        MgComplaints *complaints);

/* A key that a mapping may have. */
typedef struct {
    const gchar *key;
    MgCheckReader read;
    gsize offset; /* of the field in the target; 0 also for readers of the whole target */
    /* (nullable): non-NULL where the key is required; "" where there is no advice */
    const gchar *advice;
} MgCheckField;

/* Reads a mapping's values, in the order of `fields`, which ends with a NULL key. Complains where
 * the node is no mapping, of unknown keys (with the known one that was probably meant), and of
 * required ones that are missing. */
void mg_check_fields(const MgNode *node, const gchar *what, const MgCheckField *fields,
                     gpointer target, MgComplaints *complaints);

/* Complains of an unknown key; `known` is a NULL-terminated list. */
void mg_check_unknown_key(const MgNode *key, const gchar *what, const gchar *const *known,
                          MgComplaints *complaints);
