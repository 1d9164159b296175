/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The schemas of X-ARF 0.2 that a site has: files in a directory of its own, then those that are
 * shipped. Nothing is ever fetched.
 *
 * For any thread; a schema that was found is kept.
 */
#pragma once

#include "report/x_arf.h"

typedef struct MgSchemaStore MgSchemaStore;

/* `directory` (nullable): none. It is looked at when a schema is asked for. */
MgSchemaStore *mg_schema_store_new(const gchar *directory);
void mg_schema_store_free(MgSchemaStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSchemaStore, mg_schema_store_free)

/* The last segment of an address, by which its schema is known; NULL where that can be no file's
 * name. (transfer full) */
gchar *mg_schema_store_file_name(const gchar *url);

/* MG_ERROR_GROUP naming address, file and directory where there is no such schema, and saying what
 * is wrong with a file that is no schema or cannot be read. (transfer none): of the store */
const MgXArfSchema *mg_schema_store_get(MgSchemaStore *store, const gchar *url,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
