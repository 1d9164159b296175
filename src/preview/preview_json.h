/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The parts of a preview as JSON, shared by the list for programs and the page for eyes. Pure.
 */
#pragma once

#include "preview/preview.h"

/* Members of an object, without braces: when, by which version, how many. */
void mg_preview_json_append_summary(GString *out, const MgPreview *preview);

/* An object: all but the mail's bytes. `number` counts from 1 within the entry's list. */
void mg_preview_json_append_entry(GString *out, const MgPreviewEntry *entry, guint number);

/* An object: the mail of the entry as its reader sees it — headers, text, tables, attachments. */
void mg_preview_json_append_reading(GString *out, const MgPreviewEntry *entry);
