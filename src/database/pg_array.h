/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: PostgreSQL's arrays. Results are read in the binary format, which needs no
 * quoting and so cannot be misled by commas, braces or quotes in the content; parameters are
 * written as text literals. Pure; any thread.
 */
#pragma once

#include "model/pairs.h"

#include <glib.h>

/* `{1,2,3}`. (transfer full) */
gchar *mg_pg_array_format_ids(const gint64 *ids, gsize n_ids);

/* `{"a","b \"c\""}` from a NULL-terminated list. (transfer full) */
gchar *mg_pg_array_format_texts(const gchar *const *texts);

/* The same of texts that are given away, which may be array literals themselves: for unnest() and
 * a cast of each. (unnest() of several arrays side by side is syntax and takes no schema.)
 * (transfer full) */
gchar *mg_pg_array_take_texts(GPtrArray *texts);

/* A binary bigint[]: its elements in their order, NULLs left out. NULL where the bytes are no such
 * array; an empty one gives n_ids 0 and a pointer that is not NULL. (transfer full) */
gint64 *mg_pg_array_read_ids(const gchar *bytes, gsize length, gsize *n_ids);

/* A binary text[][] of pairs, as directives.aggregate_identifier: each row a name and a text, the
 * text possibly NULL. FALSE where the bytes are no text array at all; an array of another shape
 * (one dimension, rows of three) holds no pairs, a row whose name is NULL is left out. A name that
 * comes twice has its last text, as in a Python dict. */
gboolean mg_pg_array_read_pairs(const gchar *bytes, gsize length, MgPairs *pairs);

/* A binary text[] of one dimension, NULLs left out. NULL where the bytes are no such array.
 * (transfer full) */
gchar **mg_pg_array_read_texts(const gchar *bytes, gsize length);
