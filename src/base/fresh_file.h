/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A file that is there whole or not at all: written beside its place, synced, then renamed to it.
 *
 * It takes the place of regular files only, never of a device, a pipe or a directory. A link stays:
 * what it leads to is replaced. One thread at a time.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

typedef struct MgFreshFile MgFreshFile;

/* Whether a file can be put at `path`, as far as one can tell beforehand; MG_ERROR_SETUP naming
 * `option`, the option that asked for it. Refused is `-` too, which would become a file of that
 * name. */
gboolean mg_fresh_file_check(const gchar *option, const gchar *path,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Begins what will replace `path`, with the permissions `mode` as far as the umask leaves them.
 * `beside` (nullable): the directory in which it is written, on the same file system; NULL: that of
 * `path`. MG_ERROR_RUN. */
MgFreshFile *mg_fresh_file_open(const gchar *path, const gchar *beside, mode_t mode,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A failure is kept and told by mg_fresh_file_finish(). */
void mg_fresh_file_write(MgFreshFile *file, const gchar *bytes, gsize size);

/* Puts the file in its place and frees it. MG_ERROR_RUN, and what was at `path` is untouched. */
gboolean mg_fresh_file_finish(MgFreshFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of it in one call. MG_ERROR_RUN. */
gboolean mg_fresh_file_replace(const gchar *path, mode_t mode, const gchar *bytes, gsize size,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives it up. */
void mg_fresh_file_free(MgFreshFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgFreshFile, mg_fresh_file_free)
