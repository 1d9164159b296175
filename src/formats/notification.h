/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A notification: one mail that a format has made itself, or that the flow made for it.
 *
 * Lives for one group in one worker.
 */
#pragma once

#include "model/draft.h"
#include "model/mail.h"
#include "model/marks.h"
#include "model/outcome.h"

#include <glib.h>

typedef struct MgNotification MgNotification;

/* Stage 7 for a notification that sends itself. The flow fills it; valid during one deliver(). */
typedef struct MgCourier MgCourier;
struct MgCourier {
    /* Sends the mail as every other is sent, its delivery intent included. */
    gboolean (*send)(MgCourier *courier, const MgMail *mail, GError **error);
    MgOutcome
        *outcome; /* (nullable): of the last send(), where a mail went out, until the next one */
    gboolean is_marked; /* set by deliver(): directives are to be recorded as sent */
    MgMarks marks;      /* set by deliver() with is_marked: these */
    gchar *ticket;      /* set by deliver() with is_marked: under this ticket */
};

/* One mail that a format has made itself. */
struct MgNotification {
    MgDraft *draft;  /* (nullable): the flow composes and signs it */
    MgMail *mail;    /* (nullable): complete already; at most one of the two is set */
    GError *failure; /* (nullable): why this mail could not be made; neither of the two is set */
    MgMarks marks;   /* which directives its acceptance marks as sent; none: a copy */
    MgMarks about;   /* of a copy, all or some: which those that it is a copy of marks */
    gchar *ticket;   /* (nullable): where there is neither draft nor mail */
    /* (nullable): called in place of stage 7, never in a dry run, and with the host still alive;
     * the flow records what `courier` says afterwards, not `marks`. */
    gboolean (*deliver)(MgNotification *notification, MgCourier *courier, GError **error);
    gpointer engine_data; /* of the engine that set deliver */
    GDestroyNotify engine_data_free;
};

MgNotification *mg_notification_new(void); /* marks all; the caller fills it */
/* Another with the same content, only of one that does not deliver itself. (transfer full) */
MgNotification *mg_notification_copy(const MgNotification *notification);
void mg_notification_free(MgNotification *notification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgNotification, mg_notification_free)
