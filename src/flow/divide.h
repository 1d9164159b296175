/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Mails that fit: in which form a group's events go out, and in how many parts, by what comes out.
 * Pure but for what the caller's measure does.
 */
#pragma once

#include "model/form.h"
#include "model/pairs.h"

#include <glib.h>

/* What a part would come to, in bytes. FALSE with error ends the dividing. */
typedef struct {
    gboolean (*csv_size)(gpointer user_data, const MgPart *part, gsize *size,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
    /* The mail composed and signed, before dots are doubled. While parts are sought n_parts is the
     * largest number of as many digits as their true count. */
    gboolean (*mail_size)(gpointer user_data, const MgPart *part, gsize *size,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
    gpointer user_data;
} MgDivideMeasure;

/* All events in one mail in the first form of these that holds: inline for `inline_rows` at most,
 * attached where the CSV keeps to `attachment_size`, zipped where that is allowed, each only where
 * the mail fits. Else the fewest parts, attached or zipped, that fit, the events in their order.
 * A part's own mail is made by the caller once their number is known.
 * MG_ERROR_GROUP naming the event (of `ids`) that is too large alone; the measure's own errors.
 * Of no events: one part. (transfer full): of MgPart */
GArray *mg_divide_events(const gint64 *ids, gsize n_events, const MgBySize *limits,
                         const MgDivideMeasure *measure, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of "events.csv": "events-2of3.csv" for a part of several, with ".zip" behind it where zipped.
 * (transfer full) */
gchar *mg_divide_attachment_name(const gchar *name, const MgPart *part);

/* The subject, with " (2/3)" behind it where it is a part of several. (transfer full) */
gchar *mg_divide_subject(const gchar *subject, const MgPart *part);

/* Adds n_events, part, n_parts, data_form and attachment_name ("" where inline) for the template,
 * but for those that are in `names` already; `name`: of the undivided CSV. */
void mg_divide_add_names(MgPairs *names, const gchar *name, const MgPart *part);
