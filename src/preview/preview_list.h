/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A preview as a list: for a terminal, and as JSON for programs. Pure.
 */
#pragma once

#include "preview/preview.h"

/* Lines for the terminal, foreign text made harmless, long cells cut. (transfer full) */
gchar *mg_preview_list_text(const MgPreview *preview);

/* One JSON object and a line end; nothing is cut, the mails' bytes are left out. (transfer full) */
gchar *mg_preview_list_json(const MgPreview *preview);
