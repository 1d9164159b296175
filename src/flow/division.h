/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A division: a group whose mail would be too large, or which is to be many mails, as several
 * smaller groups. Each of them goes through all stages by itself, with a claim and a record of its
 * own, so that locks and intents stay short; and like any other group it is pending until its own
 * mail was accepted. A run that is cut off needs no memory of the division: what is still pending
 * is a group.
 *
 * Used by one worker.
 */
#pragma once

#include "flow/task.h"

typedef struct MgDivision MgDivision;

/* Each event of `group` by itself, with all directives that name it; but the events `rest`, which
 * are ascending, stay together and come last. */
MgDivision *mg_division_by_event(const MgGroup *group, const gint64 *rest, gsize n_rest);
/* So that the formats before the one that answered for the group are not asked for each part, but
 * for the rest. */
void mg_division_ask_first(MgDivision *division, guint format, guint rule);
/* Each of these mails by itself, with the directives that it marks, of which no two may mark the
 * same. `mails` (of MgNotification) is taken over; directives that none of them marks are in no
 * part. */
MgDivision *mg_division_by_mail(const MgGroup *group, GPtrArray *mails, const gchar *format_name);
/* Its mails were to fit (task.h). */
void mg_division_set_fitted(MgDivision *division, gboolean is_fitted);
/* Parts that fit, each with the directives of its events. `parts`: of MgPart, in order, of events
 * in the order of `events`, which ascends; directives of events that are not among these go with
 * those before. They share `ticket`; `ids` as in flow/fit.h. */
MgDivision *mg_division_by_size(const MgGroup *group, const GArray *parts, const gint64 *events,
                                const gchar *ticket, const gchar *const *ids);
/* For its parts, be they by size or by mail: whether a mail of the group was refused for its size
 * before. */
void mg_division_set_divided_before(MgDivision *division, gboolean has_been_divided);
void mg_division_free(MgDivision *division);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDivision, mg_division_free)

/* How many groups are still to come. */
gsize mg_division_n_left(const MgDivision *division);
/* The next one; at least one must be left. They are made as they are wanted, for there may be a
 * million. (transfer full) */
MgTask *mg_division_next(MgDivision *division);
/* All that are left, as one group: they are begun anew. (transfer full) */
MgTask *mg_division_take_rest(MgDivision *division);

/* Its parts go out one after the other, each in a lot of its own: they are large, and have one
 * ticket. */
gboolean mg_division_is_one_by_one(const MgDivision *division);
/* Whether `task` is the part that it has given last. */
gboolean mg_division_has_just_given(const MgDivision *division, const MgTask *task);
/* The same group once more, or what `division` (nullable) has left with it, where `task` is its
 * last part; it is not asked for more afterwards. (transfer full) */
MgTask *mg_division_begin_anew(MgDivision *division, const MgTask *task);
/* These of its directives alone once more, ascending; every format is asked. (transfer full) */
MgTask *mg_division_begin_some(const MgTask *task, const gint64 *directives, gsize n_directives);
