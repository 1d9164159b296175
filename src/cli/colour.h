/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Colours on a terminal, and nowhere else.
 */
#pragma once

#include <glib.h>

/* Whether `fd` is a terminal that shows colours, and the environment does not forbid them
 * (NO_COLOR). */
gboolean mg_colour_is_wanted(gint fd);
