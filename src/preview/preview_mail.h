/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One mail of a preview, readable on a terminal. Pure.
 */
#pragma once

#include "preview/preview.h"

/* Envelope and headers decoded, the text, CSV as aligned tables, further attachments by name;
 * foreign text made harmless. (transfer full) */
gchar *mg_preview_mail_text(const MgPreviewEntry *entry);
