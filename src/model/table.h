/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A table format: the columns of the CSV, in order (mailgen-formats(5), Columns).
 *
 * Immutable once shared; for any thread.
 */
#pragma once

#include <glib.h>

typedef struct {
    gchar *field; /* an event field such as "source.ip", or "extra.KEY" */
    gchar *title;
} MgTableColumn;

typedef struct {
    gchar *name; /* for messages */
    MgTableColumn *columns;
    gsize n_columns;
} MgTable;

MgTable *mg_table_new(const gchar *name,
                      gsize n_columns); /* columns empty; the caller fills them */
void mg_table_free(MgTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTable, mg_table_free)

/* The table used where a format names none. */
const MgTable *mg_table_builtin(void);

/* Sets column `index`; both texts are copied. */
void mg_table_set_column(MgTable *table, gsize index, const gchar *field, const gchar *title);

/* The fields in order, NULL-terminated; the array belongs to the caller, the texts to the table.
 * (transfer container) */
const gchar **mg_table_fields(const MgTable *table);

/* Whether `name` may be a column of the table: characters A-Z a-z 0-9 _ . only; what
 * follows "extra." is a JSON key, never SQL, and may hold anything but NUL. */
gboolean mg_table_is_field_name(const gchar *name);

/* Whether a column of that field is always empty: the whole of extra, and what IntelMQ keeps there
 * under "certbund", hold other recipients' directives. */
gboolean mg_table_is_hidden(const gchar *field);
