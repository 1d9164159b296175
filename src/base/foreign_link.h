/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Links that strangers have laid out: whoever may make files in /tmp may make one there under the
 * name that a program of somebody else is about to write to.
 */
#pragma once

#include <glib.h>

/* Whether a part of `path` is a link in a sticky directory that everybody may write to, and neither
 * this process's user nor the directory's owner has made it: the rule of the kernel's
 * protected_symlinks, for every part of the name and whatever the kernel is set to. */
gboolean mg_foreign_link_is_in(const gchar *path);
