/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `titles`, `columns` and `tables` of a YAML format (mailgen-formats(5), Columns).
 *
 * Read while files are loaded; immutable afterwards.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"
#include "model/table.h"

/* An MgCheckReader; `field` is a GHashTable * (field → title, both owned): adds the titles of a
 * mapping; known ones are replaced. */
void mg_yaml_tables_read_titles(gpointer field, const MgNode *node, const gchar *what,
                                MgComplaints *complaints);

/* A table from a list of columns: a field, whose title is the one in `titles` or else the field's
 * own name; or `field: title`; or, as an alias gives it, a further list of columns. `name` is for
 * messages. NULL with a complaint. (transfer full) */
MgTable *mg_yaml_tables_read_columns(const MgNode *node, const gchar *name, GHashTable *titles,
                                     MgComplaints *complaints);

/* Tables by event_data_format: text → MgTable, both owned. (transfer full) */
GHashTable *mg_yaml_tables_read(const MgNode *node, GHashTable *titles, MgComplaints *complaints);
