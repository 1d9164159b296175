/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A preview as one self-contained HTML page for eyes.
 *
 * The page loads nothing, and nothing that came from outside is ever markup: all of it stands in
 * blocks of JSON data without a "<", and the page's script, the only one its
 * Content-Security-Policy lets run, puts it on the screen as text.
 */
#pragma once

#include "preview/preview.h"

/* Replaces the file atomically. MG_ERROR_RUN where it cannot be written, the old one untouched. */
gboolean mg_preview_page_write(const MgPreview *preview, const gchar *path,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
