/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The bytes of a configuration file, whatever stands in its place. Any thread.
 */
#pragma once

#include <glib.h>

/* All of `filename`, a pipe that somebody writes into included, such as the shell's <(…); a FIFO
 * that nobody has open for writing is empty. A NUL follows that does not count. NULL where it
 * cannot be read or is larger than 16 MiB: *number receives the errno, EFBIG in the second case.
 * (transfer full) */
gchar *mg_text_file_read(const gchar *filename, gsize *length, gint *number);
