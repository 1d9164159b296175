/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A private GnuPG home directory over the keys and options of the site's. For this folder only.
 */
#pragma once

#include <glib.h>

/* Makes directory `path`: the keys of `site_home` as links, its gpg.conf and gpg-agent.conf as
 * copies to which is added what lets many gpgs and agents work side by side and changes no
 * signature. MG_ERROR_RUN. */
gboolean mg_private_home_make(const gchar *path, const gchar *site_home, GError **error);
