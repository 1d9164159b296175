/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A file that is there whole or not at all: written beside its place, synced, then renamed to it.
 *
 * Readable by its owner only: mails tell of strangers. One thread at a time.
 */
#pragma once

#include <glib.h>

typedef struct MgFreshFile MgFreshFile;

/* Begins what will replace `path`. `beside` (nullable): the directory in which it is written, on the
 * same file system; NULL: that of `path`. MG_ERROR_RUN. */
MgFreshFile *mg_fresh_file_open(const gchar *path, const gchar *beside, GError **error);

/* A failure is kept and told by mg_fresh_file_finish(). */
void mg_fresh_file_write(MgFreshFile *file, const gchar *bytes, gsize size);

/* Puts the file in its place and frees it. MG_ERROR_RUN, and what was at `path` is untouched. */
gboolean mg_fresh_file_finish(MgFreshFile *file, GError **error);

/* Gives it up. */
void mg_fresh_file_free(MgFreshFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgFreshFile, mg_fresh_file_free)
