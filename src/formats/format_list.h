/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * All formats of a site, in the order in which they are asked (mailgen-formats(5)).
 *
 * Loaded by one thread, before anything is sent.
 */
#pragma once

#include "formats/format.h"

/* What loads the files of one suffix. YAML is built in; a plug-in brings an engine of its own. */
typedef struct {
    const gchar *suffix; /* ".py" */
    /* NULL with error; messages name the file. */
    MgFormat *(*load)(const gchar *filename, gpointer engine, GError **error);
    gpointer engine;
} MgFormatEngine;

/* Loads `[0-9][0-9]*.yaml`, `.yml` and `.py` of `directory` in the order of the names' bytes;
 * (element-type MgFormat). No file at all is legal. `engines` may be NULL where `n_engines` is 0.
 * MG_ERROR_SETUP where the directory cannot be read, or telling of everything that is wrong in any
 * of the files, a line each; a .py file without an engine is such a mistake. (transfer full) */
GPtrArray *mg_format_list_load(const gchar *directory, const MgFormatEngine *engines,
                               gsize n_engines, GError **error) G_GNUC_WARN_UNUSED_RESULT;
