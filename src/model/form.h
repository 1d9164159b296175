/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The form in which a mail carries its events, and which part of its group's it carries.
 *
 * Plain data; for any thread.
 */
#pragma once

#include <glib.h>

typedef enum {
    MG_FORM_INLINE, /* the CSV in the text */
    MG_FORM_ATTACHMENT,
    MG_FORM_ZIP, /* attached, zipped */
} MgForm;

/* Enumerations end here: for tables with an entry a form. */
#define MG_FORM_COUNT (MG_FORM_ZIP + 1)

typedef struct {
    gsize first; /* row of the first event */
    gsize n_events;
    MgForm form;
    guint number;  /* from 1 */
    guint n_parts; /* 1: the group is not divided */
} MgPart;

/* The form in which they all fit, or the fewest parts that do (flow/divide.h). */
typedef struct {
    gsize inline_rows;     /* so many events at most go into the text; 0: none do */
    gsize attachment_size; /* bytes of a CSV that is attached as it is, at most */
    gboolean may_zip;
    gsize mail_size; /* bytes of a mail as it goes over the wire, at most */
} MgBySize;

/* "inline", "attachment" or "zip", as templates and formats have it. (transfer none) */
const gchar *mg_form_name(MgForm form);
/* FALSE where it is none of these. */
gboolean mg_form_parse(const gchar *name, MgForm *form);
