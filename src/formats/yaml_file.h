/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The text of a YAML file.
 */
#pragma once

#include <glib.h>

/* MG_ERROR_SETUP where it cannot be read, is no regular file, or has more than 1 MiB. */
gboolean mg_yaml_file_read(const gchar *filename, gchar **text, gsize *length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
