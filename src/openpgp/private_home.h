/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A private GnuPG home directory over the keys and options of the site's. For this folder only.
 */
#pragma once

#include <glib.h>

/* Makes directory `path`: all that `site_home` holds as links, but gpg-agent.conf as a copy with
 * options that let many agents stand side by side and change no signature. MG_ERROR_RUN. */
gboolean mg_private_home_make(const gchar *path, const gchar *site_home,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
