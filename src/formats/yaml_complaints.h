/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The mistakes found in one YAML file, collected so that all of them are told at once.
 *
 * Used by one thread while a file is loaded.
 */
#pragma once

#include <glib.h>

typedef struct MgYamlComplaints MgYamlComplaints;

/* `filename` is what the messages begin with. */
MgYamlComplaints *mg_yaml_complaints_new(const gchar *filename);
void mg_yaml_complaints_free(MgYamlComplaints *complaints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgYamlComplaints, mg_yaml_complaints_free)

/* Line and column count from 1, the column in characters. The same mistake at the same place is
 * kept once: a value that aliases share is read once for each use. */
void mg_yaml_complaints_add(MgYamlComplaints *complaints, guint line, guint column,
                            const gchar *format, ...) G_GNUC_PRINTF(4, 5);

gboolean mg_yaml_complaints_is_empty(const MgYamlComplaints *complaints);

/* The name for messages: as it is, or quoted where that could not be shown. */
const gchar *mg_yaml_complaints_filename(const MgYamlComplaints *complaints);

/* MG_ERROR_SETUP, a line `FILE:LINE:COLUMN: message` each, in the order of the file. There must be
 * one at least. */
void mg_yaml_complaints_set_error(const MgYamlComplaints *complaints, GError **error);
