/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Reports in X-ARF 0.2: what a schema asks for, and a report after it as a map in YAML. Pure.
 *
 * Schemas are JSON Schema in the habits of draft 2: a property is required unless it has
 * `optional`; `requires` names another that must then be there too.
 */
#pragma once

#include "document/complaints.h"
#include "document/node.h"

typedef struct MgXArfSchema MgXArfSchema; /* immutable; for any thread */

void mg_x_arf_schema_free(MgXArfSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgXArfSchema, mg_x_arf_schema_free)

/* What is no schema becomes a complaint, and NULL. (transfer full) */
MgXArfSchema *mg_x_arf_read_schema(const MgNode *root, MgComplaints *complaints);

/* (nullable): that of the schemas that are shipped, by the last segment of its address, such as
 * "abuse_bot-infection_0.1.0.json". (transfer none) */
const MgXArfSchema *mg_x_arf_shipped_schema(const gchar *file_name);

/* What the schema says of the property of such a name (below); FALSE and TRUE where it has none. */
gboolean mg_x_arf_wants_integer(const MgXArfSchema *schema, const gchar *name);
gboolean mg_x_arf_allows(const MgXArfSchema *schema, const gchar *name, const gchar *text);

/* The names of all, and of those that are required, NULL-terminated. (transfer container) */
const gchar **mg_x_arf_names(const MgXArfSchema *schema);
const gchar **mg_x_arf_required(const MgXArfSchema *schema);

/* A value for the property whose name is `name` in lower case and with `_` for `-`. */
typedef struct {
    const gchar *name;
    const gchar *text; /* of an integer: its decimal digits */
    gboolean is_integer;
} MgXArfValue;

/* The report, a line `Property-Name: value` each, in the schema's order; values for properties that
 * it does not have are left out. MG_ERROR_GROUP naming the property that is required and missing,
 * of the wrong type, or outside its enumeration. (transfer full) */
gchar *mg_x_arf_write(const MgXArfSchema *schema, const MgXArfValue *values, gsize n_values,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
