/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What XARF 4.2.0 asks of the kinds of report that this program makes: required fields, types,
 * enumerations, ranges (https://xarf.org). Pure.
 */
#pragma once

#include <glib.h>

#define MG_XARF_PROFILE_VERSION "4.2.0"

typedef enum {
    MG_XARF_PROFILE_TEXT,
    MG_XARF_PROFILE_INTEGER,
    MG_XARF_PROFILE_NUMBER,
    MG_XARF_PROFILE_WORD, /* one of `words` */
    MG_XARF_PROFILE_TIME, /* RFC 3339, ending in Z */
    MG_XARF_PROFILE_IP,
    MG_XARF_PROFILE_URI,
    MG_XARF_PROFILE_EMAIL,
    MG_XARF_PROFILE_DIGITS, /* hexadecimal, `most` of them */
    MG_XARF_PROFILE_CVE,
    MG_XARF_PROFILE_TAG,
} MgXarfProfileType;

typedef struct {
    const gchar *target;
    MgXarfProfileType type;
    const gchar *const *words; /* NULL-terminated */
    gint64 least;              /* INTEGER, NUMBER */
    gint64 most;               /* likewise; TEXT: characters, 0: any number */
    gboolean is_list;
} MgXarfProfileProperty;

typedef struct MgXarfProfile MgXarfProfile; /* of one kind of report; static */

/* (nullable) where the program knows no such kind. */
const MgXarfProfile *mg_xarf_profile_find(const gchar *category, const gchar *type);

/* "connection/port_scan". */
const gchar *mg_xarf_profile_name(const MgXarfProfile *profile);

/* (nullable): what is known of a field; others may hold any text. */
const MgXarfProfileProperty *mg_xarf_profile_property(const MgXarfProfile *profile,
                                                      const gchar *target);

/* Whether the program fills it and no mapping may: identifiers, versions, who reports, evidence. */
gboolean mg_xarf_profile_is_own(const gchar *target);

/* The fields that every such report must have, besides those that the program fills;
 * NULL-terminated. Where a SMTP spam is reported further ones: `protocol` is that field's value. */
const gchar **mg_xarf_profile_required(const MgXarfProfile *profile, const gchar *protocol);

/* Whether the value is what its field may hold. `property` NULL: any text. */
gboolean mg_xarf_profile_allows(const MgXarfProfileProperty *property, const gchar *value);
