/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which argument is the command, where options stand before it. Pure.
 */
#pragma once

#include <glib.h>

/* The arguments with the first that is neither an option nor the value of one moved in front,
 * behind the program's name; the others keep their order. What follows `--` is no command.
 * (transfer full) */
gchar **mg_argument_order(gchar *const *argv);
