/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * `test-mail ADDRESS`: one signed mail through the whole path, no directive touched.
 */
#pragma once

#include "cli/exit.h"

/* 0: the server took it; 1: it did not, or cannot be reached; 2: wrong usage or configuration. */
MgExit mg_command_test_mail(gint argc, gchar **argv);
