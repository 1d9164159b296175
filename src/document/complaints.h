/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The mistakes found in one file, collected so that all of them are told at once.
 *
 * Used by one thread while a file is loaded.
 */
#pragma once

#include <glib.h>

typedef struct MgComplaints MgComplaints;

/* `filename` is what the messages begin with. */
MgComplaints *mg_complaints_new(const gchar *filename);
void mg_complaints_free(MgComplaints *complaints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgComplaints, mg_complaints_free)

/* Line and column count from 1, the column in characters. The same mistake at the same place is
 * kept once: a value that aliases share is read once for each use. */
void mg_complaints_add(MgComplaints *complaints, guint line, guint column, const gchar *format, ...)
    G_GNUC_PRINTF(4, 5);

gboolean mg_complaints_is_empty(const MgComplaints *complaints); /* nothing is wrong */

/* The name for messages: as it is, or quoted where that could not be shown. */
const gchar *mg_complaints_filename(const MgComplaints *complaints);

/* MG_ERROR_SETUP, a line `FILE:LINE:COLUMN: message` each, in the order of the file. There must be
 * one at least. */
void mg_complaints_set_error(const MgComplaints *complaints, GError **error);
