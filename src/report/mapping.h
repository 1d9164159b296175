/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A mapping: from an event's fields to those of a report, as data; mapping_reader.h makes one.
 *
 * Immutable once made; for any thread.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_MAPPING_TARGET_XARF_4,    /* XARF 4.2.0 */
    MG_MAPPING_TARGET_X_ARF_0_2, /* X-ARF 0.2 */
} MgMappingTarget;

typedef enum {
    MG_MAPPING_FIELD, /* of the event */
    MG_MAPPING_TEXT,  /* a fixed text, perhaps with `${field}` in it */
    MG_MAPPING_FIRST, /* of `items`, the first that gives a value */
    MG_MAPPING_LIST,  /* all values that `items` give */
} MgMappingKind;

typedef enum {
    MG_MAPPING_AS_IS,
    MG_MAPPING_AS_RFC3339,    /* a time in UTC: "2026-11-20T03:04:05Z" */
    MG_MAPPING_AS_INT,        /* decimal digits */
    MG_MAPPING_AS_LOWER,      /* in lower case */
    MG_MAPPING_AS_CONFIDENCE, /* 0 to 100 becomes 0 to 1 */
    MG_MAPPING_AS_TAG,        /* "malware:conficker", its namespace from the field's name */
    MG_MAPPING_AS_URI,        /* what no URI may hold written as %XX; nothing without a scheme */
    MG_MAPPING_AS_CVE,        /* the first CVE identifier in the text */
} MgMappingAs;

/* Where a value comes from. An empty text counts as no value, and so does one for which `as` or
 * `map` has no answer. */
typedef struct MgMappingSource MgMappingSource;
struct MgMappingSource {
    MgMappingKind kind;
    gchar *text;      /* FIELD: its name; TEXT */
    GPtrArray *items; /* FIRST, LIST: of MgMappingSource */
    MgMappingAs as;   /* FIELD, TEXT; and `map` */
    gchar **map;      /* (nullable): texts and what becomes of them in turn; "*": of any other */
};

typedef struct {
    gchar *target; /* "service_port"; "file_hashes.md5" is in the report's object file_hashes */
    MgMappingSource *source;
} MgMappingEntry;

typedef struct {
    gchar *field;
    gchar **values; /* any of these; with * and ? */
} MgMappingCondition;

/* A kind of report, with what it has besides what all have. */
typedef struct {
    GPtrArray *when;    /* of MgMappingCondition: all must hold */
    gchar **needs;      /* fields that the event must have */
    GPtrArray *entries; /* of MgMappingEntry */
} MgMappingReport;

typedef struct {
    GPtrArray *entries; /* of MgMappingEntry: of every report */
    GPtrArray *reports; /* of MgMappingReport: tried in order */
} MgMapping;

MgMapping *mg_mapping_new(void); /* empty; the caller fills it */
void mg_mapping_free(MgMapping *mapping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgMapping, mg_mapping_free)

MgMappingSource *mg_mapping_source_new(void);
void mg_mapping_source_free(MgMappingSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgMappingSource, mg_mapping_source_free)

MgMappingReport *mg_mapping_report_new(void);

/* Appends an entry; `source` (transfer full). */
void mg_mapping_add_entry(GPtrArray *entries, const gchar *target, MgMappingSource *source);

/* Appends a condition; `values` (transfer full). */
void mg_mapping_add_condition(MgMappingReport *report, const gchar *field, gchar **values);

/* (nullable): the text of a field that is always the same. */
const gchar *mg_mapping_fixed_text(const GPtrArray *entries, const gchar *target);

/* Calls `take` with the name of each field in a text, between `${` and `}`. FALSE where a `$`
 * begins none; `$$` is a dollar sign. */
gboolean mg_mapping_scan_text(const gchar *text,
                              void (*take)(const gchar *field, gpointer user_data),
                              gpointer user_data);

/* All event fields that it looks at, each once, NULL-terminated. (transfer full) */
gchar **mg_mapping_fields(const MgMapping *mapping);
