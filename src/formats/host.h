/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host: what a format may ask of the worker that asks it, for one group. The flow fills it with
 * the same functions that its stages 3 to 6 use, so that a script's mail and a declarative format's
 * are made by one code.
 *
 * Lives for one group in one worker; a format must not keep it.
 */
#pragma once

#include "formats/notification.h"
#include "formats/terms.h"
#include "model/draft.h"
#include "model/events.h"
#include "model/group.h"
#include "model/mail.h"
#include "model/request.h"
#include "render/template.h"

#include <glib.h>

typedef struct MgHost MgHost;

typedef struct MgConnection MgConnection; /* database/connection.h */

/* `terms`: &host->terms, or a copy of it with what a script has put in the place of the site's. Errors are those
 * of the stages. */
typedef struct {
    MgEvents *(*load_events)(MgHost *host, const MgTerms *terms, const gchar *const *fields,
                             GError **error);
    gchar *(*new_ticket)(MgHost *host, GError **error);
    /* Stages 3 and 4 for one mail; `ticket` NULL draws one. */
    MgDraft *(*render)(MgHost *host, const MgTerms *terms, const MgRequest *request,
                       const gchar *ticket, GError **error);
    /* Stages 5 and 6. */
    MgMail *(*compose)(MgHost *host, const MgTerms *terms, const MgDraft *draft, GError **error);
    /* The text itself where the terms have no signer. */
    gchar *(*clearsign)(MgHost *host, const MgTerms *terms, const gchar *text, GError **error);
    /* An armored detached signature and its micalg; only with a signer. */
    GBytes *(*detach)(MgHost *host, const MgTerms *terms, GBytes *content, gchar **micalg,
                      GError **error);
    MgTemplate *(*read_template)(MgHost *host, const MgTerms *terms, const gchar *name,
                                 GError **error);
    /* The connection in whose open transaction the group is claimed, for statements of a script;
     * database/script_query.h keeps them from harming the transaction. */
    MgConnection *(*connection)(MgHost *host, GError **error);
} MgHostClass;

struct MgHost {
    const MgHostClass *klass;
    MgTerms terms;            /* the site's, for the group */
    const gchar *config_json; /* (nullable): the whole merged configuration */
    gboolean is_dry_run;
    gint64 now;         /* microseconds: one time for all that is decided about the group */
    guint first_format; /* where asking begins: what stands before has passed the group on, */
    guint first_rule;   /* as has what stands before this in that format */
    gpointer
        engine_data; /* a scripting engine's own, kept between the formats asked for one group */
    GDestroyNotify engine_data_free;
};
