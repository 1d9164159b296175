/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A short list of names with texts, in the order in which the names came: the aggregate identifier
 * of a group and the substitutions for a template are such lists.
 *
 * Plain data: one thread fills it, afterwards any may read.
 */
#pragma once

#include <glib.h>

typedef struct MgPairs MgPairs;

MgPairs *mg_pairs_new(void);
void mg_pairs_free(MgPairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgPairs, mg_pairs_free)

/* Adds `name`, or replaces its text where it stands already. `text` NULL is SQL's NULL / Python's
 * None. Both are copied. */
void mg_pairs_set(MgPairs *pairs, const gchar *name, const gchar *text);

/* Sets every pair of `other`. */
void mg_pairs_update(MgPairs *pairs, const MgPairs *other);

/* By number, in the order in which the names came first. */
guint mg_pairs_count(const MgPairs *pairs);
const gchar *mg_pairs_name(const MgPairs *pairs, guint index);
const gchar *mg_pairs_text(const MgPairs *pairs, guint index); /* (nullable) */

/* FALSE where there is no such name; `text` may be NULL, what it receives too. */
gboolean mg_pairs_lookup(const MgPairs *pairs, const gchar *name, const gchar **text);
