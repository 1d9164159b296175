/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/colour.h"

#include <unistd.h>

/* https://no-color.org: set and not empty. */
gboolean mg_colour_is_wanted(gint fd)
{
    const gchar *forbidden = g_getenv("NO_COLOR");
    const gchar *terminal = g_getenv("TERM");

    return isatty(fd) && (forbidden == NULL || *forbidden == '\0') && terminal != NULL &&
           *terminal != '\0' && !g_str_equal(terminal, "dumb");
}
