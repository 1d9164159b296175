/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A password that stands alone in a file.
 */
#pragma once

#include <glib.h>

/* The one line of the regular file `filename` without its line break. `world_readable` receives
 * whether any user of the machine may read it. MG_ERROR_SETUP where it cannot be read, is empty,
 * has several lines or a NUL character, or is over 4096 bytes; never shows the content. (transfer
 * full) */
gchar *mg_secret_file_read(const gchar *filename, gboolean *world_readable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
