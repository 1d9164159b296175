/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host: what a format may ask of the worker that asks it, for one group. The flow fills it with
 * the same functions that its stages 3 to 6 use, so that a script's mail and a declarative format's
 * are made by one code.
 *
 * Lives for one group in one worker; a format must not keep it.
 */
#pragma once

#include "model/draft.h"
#include "model/events.h"
#include "model/group.h"
#include "model/mail.h"
#include "model/request.h"

#include <glib.h>

typedef struct MgHost MgHost;

/* One mail that a format has made itself. */
typedef struct {
    MgDraft *draft;       /* (nullable): the flow composes and signs it */
    MgMail *mail;         /* (nullable): complete already; exactly one of the two is set */
    gboolean is_recorded; /* FALSE: a copy, its acceptance does not mark the directives as sent */
} MgNotification;

MgNotification *mg_notification_new(void);
void mg_notification_free(MgNotification *notification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgNotification, mg_notification_free)

typedef struct {
    MgEvents *(*load_events)(MgHost *host, const gchar *const *fields, GError **error);
    gchar *(*new_ticket)(MgHost *host, GError **error);
    /* Stages 3 and 4 for one mail; `ticket` NULL draws one. */
    MgDraft *(*render)(MgHost *host, const MgRequest *request, const gchar *ticket, GError **error);
    /* Stages 5 and 6. */
    MgMail *(*compose)(MgHost *host, const MgDraft *draft, GError **error);
    /* The text itself where the site does not sign. */
    gchar *(*clearsign)(MgHost *host, const gchar *text, GError **error);
} MgHostClass;

struct MgHost {
    const MgHostClass *klass;
    const MgGroup *group;
    gint64 now; /* microseconds: one time for all that is decided about the group */
    gpointer
        engine_data; /* a scripting engine's own, kept between the formats asked for one group */
    GDestroyNotify engine_data_free;
};
