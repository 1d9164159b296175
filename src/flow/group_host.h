/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What format scripts are offered for one group (formats/host.h): the functions of stages 3 to 6.
 */
#pragma once

#include "database/connection.h"
#include "flow/lot_events.h"
#include "flow/site.h"
#include "flow/ticket_source.h"
#include "formats/host.h"

typedef struct {
    MgHost host;              /* first: formats know no more of it */
    MgConnection *connection; /* its transaction holds the rows of the lot's groups */
    MgLotEvents *events;
    guint index; /* the group's, in its lot */
    MgTicketSource tickets;
    gboolean is_alone; /* in its lot */
    guint savepoint;   /* the connection's depth before the script's first own statement; 0: none */
    gboolean has_connection;  /* the script has asked for it: it may have written something */
    gboolean events_vanished; /* stage 3 found none of the group's events */
} MgGroupHost;

/* `signer` (nullable): the site does not sign. `own_ticket` (nullable): as in MgTicketSource. What it is given
 * must outlive it. */
MgGroupHost *mg_group_host_new(const MgSite *site, const MgGroup *group, MgSigner *signer,
                               MgConnection *connection, MgTicketPool *tickets,
                               const gchar *own_ticket);
/* The group is over, also for scripts that have kept their context. (nullable) */
void mg_group_host_free(MgGroupHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGroupHost, mg_group_host_free)

/* Before formats are asked: the group is the `index`th of the lot of these `events`. */
void mg_group_host_join_lot(MgGroupHost *host, MgLotEvents *events, guint index, gboolean is_alone);

/* Stage 3 for the group. Errors as mg_lot_events_load(). */
MgEvents *mg_group_host_load(MgGroupHost *host, const gchar *const *fields,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
