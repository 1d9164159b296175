/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The mails of a preview as files, for mail programs.
 *
 * Directories are made where they are missing, files are readable by their owner only.
 * MG_ERROR_SETUP where the directory holds other things, MG_ERROR_RUN where it cannot be written.
 */
#pragma once

#include "preview/preview.h"

/* `NNN-RECIPIENT.eml`, the number that of the list, into a directory that is new or empty; the
 * bytes as they would go to the server. A mail that a script sends itself is left out. */
gboolean mg_preview_files_eml(const MgPreview *preview, const gchar *directory,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A Maildir, new or an old one that is added to; lines ended by LF, as mail programs want them
 * there. */
gboolean mg_preview_files_maildir(const MgPreview *preview, const gchar *directory,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
