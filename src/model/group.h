/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A group: the pending directives that belong into one mail (intelmqcbmail(1), What is sent).
 *
 * Filled by database/pending.c and immutable from then on; reference counted, for any thread. All
 * texts are what the database holds, which is hostile input.
 */
#pragma once

#include "model/pairs.h"

#include <glib.h>

typedef struct {
    gchar *recipient_address;
    gchar *template_name;
    gchar *notification_format;
    gchar *event_data_format;
    MgPairs *aggregate;    /* the aggregate identifier; empty where the directive has none */
    gint64 *directive_ids; /* ascending */
    gint64 *event_ids;     /* ascending, each once: a directive may name an event twice */
    gint64 *
        directive_events; /* (nullable): the event of each directive; NULL: event_ids, one for one */
    gsize n_directives;
    gsize n_events;
    gint64 inserted_at;           /* of the newest directive; microseconds, base/clock.h */
    gint64 notification_interval; /* the longest; microseconds */
    gint64 last_sent; /* of the newest similar directive; MG_CLOCK_NONE where none was */
    /* Where it is noted as refused by the runs before (database/refused.h); 0: it is not. */
    gint64 refused_id;
} MgGroup;

MgGroup *mg_group_new(void); /* all empty; the caller fills it, then shares it */
MgGroup *mg_group_ref(const MgGroup *group);
void mg_group_unref(MgGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGroup, mg_group_unref)

/* The event of the directive at `index`. */
gint64 mg_group_event_of(const MgGroup *group, gsize index);
/* A smaller one with the same columns and times, of these directives: `directive_ids` and
 * `directive_events`, of which each has one, ascending by directive, are copied. (transfer full) */
MgGroup *mg_group_new_part(const MgGroup *group, const gint64 *directive_ids,
                           const gint64 *directive_events, gsize n_directives);
/* Takes the lists of ids, unordered, with doubles: directive i is about event i. */
void mg_group_set_directives(MgGroup *group, const gint64 *directive_ids,
                             const gint64 *directive_events, gsize n_directives);

/* For log and error messages: the five attributes, quoted. (transfer full) */
gchar *mg_group_describe(const MgGroup *group);

/* `1, 2, 3`: for the line of a failed group, which lists all. (transfer full) */
gchar *mg_group_format_ids(const gint64 *ids, gsize n_ids);
