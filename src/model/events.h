/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The events of a group as the database gave them: a matrix of texts, each column with the kind of
 * its values. render/ turns a cell into what a CSV shows, the Python plug-in into a Python object.
 *
 * Filled by database/event_query.c, read by the same worker. Cells point into the memory of the
 * query result, which the matrix owns.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_KIND_TEXT,
    MG_KIND_BOOLEAN, /* "t" or "f" */
    MG_KIND_INTEGER, /* any size */
    MG_KIND_REAL,    /* shortest digits of float4 or float8; also "NaN", "Infinity", "-Infinity" */
    MG_KIND_NUMERIC, /* decimal digits */
    MG_KIND_TIMESTAMP,  /* "2026-11-20 03:04:05.123456+00", as DateStyle ISO prints it in UTC */
    MG_KIND_LOCAL_TIME, /* "2026-11-20 03:04:05.123456": a timestamp without zone */
    MG_KIND_DATE,       /* "2026-11-20" */
    MG_KIND_CLOCK,      /* "03:04:05.123456", with zone or without: a time of day */
    MG_KIND_INET,
    MG_KIND_JSON, /* the JSON text of a value: a whole json column, or one key of extra */
} MgKind;

typedef struct {
    gchar *name; /* the column's name; "extra.KEY" for a key of extra */
    MgKind kind;
} MgEventColumn;

typedef struct {
    gsize n_events;
    gsize n_columns;
    MgEventColumn *columns;
    const gchar **cells; /* row by row; NULL is SQL's NULL */
    gint64 *ids;         /* of the events, ascending: row i is event ids[i] */
    gpointer memory;     /* what the cells point into */
    GDestroyNotify memory_free;
} MgEvents;

/* Room for the given size, all NULL; the caller fills it. */
MgEvents *mg_events_new(gsize n_events, gsize n_columns);
void mg_events_free(MgEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgEvents, mg_events_free)

/* (nullable) */
const gchar *mg_events_cell(const MgEvents *events, gsize row, gsize column);

/* -1 where there is no such column. */
gssize mg_events_find_column(const MgEvents *events, const gchar *name);
