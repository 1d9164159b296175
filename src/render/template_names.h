/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which templates there are, for the word about one that is not.
 */
#pragma once

#include <glib.h>

/* The names of the files in `directory` and in the directories in it, without hidden ones and what
 * editors leave; the first 1000 that are found. Empty where it cannot be read. (transfer full)
 * (array zero-terminated=1) */
gchar **mg_template_names_list(const gchar *directory);
