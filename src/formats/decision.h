/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A decision: what a format answers when it is asked for a group.
 *
 * Made by a format for one group; read by one worker.
 */
#pragma once

#include "model/request.h"

#include <glib.h>

typedef enum {
    MG_ANSWER_NOT_MINE,
    MG_ANSWER_POSTPONED,     /* mine, but later */
    MG_ANSWER_REQUEST,       /* mail this */
    MG_ANSWER_NOTIFICATIONS, /* the format has made its mails itself, through the host */
} MgAnswer;

typedef struct {
    MgAnswer answer;
    gchar *format_name;       /* for log and error messages */
    guint format;             /* where it was found: which of the formats, set by stage 2 */
    guint rule;               /* which of that format's */
    gchar *postponed_because; /* POSTPONED: (nullable) what holds it back */
    gint64 postponed_until;   /* POSTPONED: microseconds; MG_CLOCK_NONE where not known */
    MgRequest *request;       /* REQUEST */
    GPtrArray *notifications; /* NOTIFICATIONS: of MgNotification, in the order to send */
} MgDecision;

MgDecision *mg_decision_new(MgAnswer answer, const gchar *format_name);
void mg_decision_free(MgDecision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDecision, mg_decision_free)
