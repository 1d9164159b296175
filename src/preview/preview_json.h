/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A preview as JSON, shared by the list for programs and the page for eyes: strings without a `<`,
 * see base/json_text.h. Pure.
 */
#pragma once

#include "preview/preview.h"

/* An object: all but the mails' bytes. */
void mg_preview_json_append(GString *out, const MgPreview *preview);

/* An object: the mail of the entry as its reader sees it — headers, text, tables, attachments. The
 * `blocks` of a part are texts and tables (arrays of rows); none where the part is no text. */
void mg_preview_json_append_reading(GString *out, const MgPreviewEntry *entry);
