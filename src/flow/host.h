/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The host of a group: with what the stages work for it, and scripts, which call the same
 * functions: the mail of a script and that of a format written as data are made by one code.
 *
 * Lives for one group in one worker; a format must not keep it.
 */
#pragma once

#include "database/connection.h"
#include "flow/fleet.h"
#include "flow/lot_events.h"
#include "flow/site.h"
#include "flow/terms.h"
#include "flow/ticket_source.h"
#include "formats/question.h"

struct MgHost {
    MgQuestion question; /* for formats, which know no more of it */
    MgTerms terms;       /* the site's, for the group */
    const MgSite *site;
    MgConnection *connection; /* its transaction holds the rows of the lot's groups */
    MgLotEvents *events;
    guint index; /* the group's, in its lot */
    MgTicketSource tickets;
    const gchar *mail_id; /* (nullable): of the mail that is made again */
    MgFleet *fleet;       /* (nullable): who would take the mails */
    gboolean is_alone;    /* in its lot */
    guint savepoint; /* the connection's depth before the script's first own statement; 0: none */
    gboolean has_connection; /* the script has asked for it: it may have written something */
    gboolean has_fitted;     /* the script has asked for mails that fit: asked again under a smaller
                               * limit it makes smaller ones */
    gboolean events_vanished; /* stage 3 found none of the group's events */
    gpointer engine_data; /* a scripting engine's own, kept between the formats that are asked */
    GDestroyNotify engine_data_free;
};

/* `signer` (nullable): the site does not sign. `own_ticket` (nullable): as in MgTicketSource. What
 * it is given must outlive it. */
MgHost *mg_host_new(const MgSite *site, const MgGroup *group, MgSigner *signer,
                    MgConnection *connection, MgTicketPool *tickets, const gchar *own_ticket);
/* The group is over, also for scripts that have kept their context. (nullable) */
void mg_host_free(MgHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgHost, mg_host_free)

/* Before formats are asked: the group is the `index`th of the lot of these `events`. */
void mg_host_join_lot(MgHost *host, MgLotEvents *events, guint index, gboolean is_alone);

/* Stage 3 for the group of `terms`: those of the host, or a copy with what a script has put in the
 * place of the site's. Errors as mg_lot_events_load(). (transfer full) */
MgEvents *mg_host_load(MgHost *host, const MgTerms *terms, const gchar *const *fields,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The connection in whose open transaction the group is claimed, for statements of a script, behind
 * a savepoint: database/script_query.h keeps them from harming the transaction. Errors as
 * mg_connection_begin(). (transfer none) */
MgConnection *mg_host_connection(MgHost *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;
