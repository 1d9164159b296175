/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A temporary directory for private home directories, gone for certain when this process is. For
 * this folder only.
 */
#pragma once

#include <glib.h>

typedef struct MgPrivateRoot MgPrivateRoot;

/* Makes a directory of mode 0700 in $XDG_RUNTIME_DIR, the temporary directory or /tmp, whichever
 * leaves room for the names of sockets, and a guard process that removes it when this process ends
 * in whatever way; agents in it end with it. What killed runs left there in spite of that is
 * removed first. MG_ERROR_RUN. */
MgPrivateRoot *mg_private_root_new(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes the directory and ends the guard. */
void mg_private_root_free(MgPrivateRoot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgPrivateRoot, mg_private_root_free)

/* (transfer none) */
const gchar *mg_private_root_path(const MgPrivateRoot *root);
