/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The ASCII armor of a detached signature (RFC 4880, 6.2), as gpg writes it. For this folder only.
 */
#pragma once

#include <glib.h>

/* Takes apart what mg_armor_write() gives and nothing else: `head` gets all lines before the data,
 * the empty one among them. NULL for any other text. (transfer full) */
GBytes *mg_armor_read(GBytes *text, gchar **head);

/* Lines ended by LF. */
GBytes *mg_armor_write(const gchar *head, GBytes *data);
