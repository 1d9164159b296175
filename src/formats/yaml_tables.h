/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `titles`, `columns` and `tables` of a YAML format (contract 10a).
 *
 * Read while files are loaded; immutable afterwards.
 */
#pragma once

#include "formats/yaml_complaints.h"
#include "formats/yaml_node.h"
#include "model/table.h"

/* Adds the titles of a mapping to `titles` (field → title, both owned); known ones are replaced. */
void mg_yaml_tables_read_titles(GHashTable *titles, const MgYamlNode *node,
                                MgYamlComplaints *complaints);

/* A table from a list of columns: a field, whose title is the one in `titles` or else the field's
 * own name; or `field: title`; or, as an alias gives it, a further list of columns. `name` is for
 * messages. NULL with a complaint. (transfer full) */
MgTable *mg_yaml_tables_read_columns(const MgYamlNode *node, const gchar *name, GHashTable *titles,
                                     MgYamlComplaints *complaints);

/* Tables by event_data_format: text → MgTable, both owned. (transfer full) */
GHashTable *mg_yaml_tables_read(const MgYamlNode *node, GHashTable *titles,
                                MgYamlComplaints *complaints);
