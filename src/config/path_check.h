/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Whether a path of the configuration can be used.
 */
#pragma once

#include <glib.h>

/* What keeps this process from reading the directory or the file `path`: the system's words; NULL
 * where nothing does. */
const gchar *mg_path_check_directory(const gchar *path);
const gchar *mg_path_check_file(const gchar *path);
