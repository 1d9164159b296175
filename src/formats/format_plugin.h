/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A plug-in: an engine for formats that lives in a shared object of its own, loaded only where a
 * format needs it.
 */
#pragma once

#include "formats/format.h"

/* What the shared object exports under the name MG_FORMAT_PLUGIN_SYMBOL. start() comes once, in the
 * main thread, before the first load(); stop() at the end of the program, all formats freed and all
 * workers gone. Both errors are MG_ERROR_SETUP. */
typedef struct {
    gboolean (*start)(GError **error);
    MgFormat *(*load)(const gchar *filename, GError **error);
    void (*stop)(void);
} MgFormatPlugin;

#define MG_FORMAT_PLUGIN_SYMBOL "mg_format_plugin"
