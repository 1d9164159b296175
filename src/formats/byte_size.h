/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Sizes as format files write them (mailgen-formats(5), By size). Pure functions.
 */
#pragma once

#include <glib.h>

/* `9MiB`, `2048KiB`, `9437184`: a whole number of bytes, KiB (1024), MiB or GiB, or of kB (1000),
 * MB or GB; up to 4 GiB. FALSE where `text` is none. */
gboolean mg_byte_size_parse(const gchar *text, gsize *bytes);
