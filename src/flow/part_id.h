/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The Message-Ids of the parts of a divided group. They say which part of how many the mail is, so
 * that one whose delivery is uncertain can be made again as that part, whatever became of the
 * others. Pure.
 */
#pragma once

#include <glib.h>

/* Of `<a@b>`: `<a.2of3@b>`. (transfer full) */
gchar *mg_part_id_new(const gchar *base, guint number, guint n_parts);

/* The other way round. FALSE where `id` is no such one. `base`: (transfer full). */
gboolean mg_part_id_parse(const gchar *id, gchar **base, guint *number, guint *n_parts);
