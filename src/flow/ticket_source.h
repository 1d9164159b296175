/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Where ticket numbers come from: drawn, an uncertain delivery's own, in a dry run the one that
 * would be next, in a preview a placeholder.
 */
#pragma once

#include "flow/desk.h"
#include "flow/site.h"

/* A worker's, for all its groups. */
typedef struct MgTicketPool MgTicketPool;

/* `desk` (nullable in a preview): where numbers are drawn, and committed at once. Both arguments
 * must outlive it. */
MgTicketPool *mg_ticket_source_pool_new(MgPurpose purpose, MgDesk *desk);
/* Numbers that nobody took are gaps. */
void mg_ticket_source_pool_free(MgTicketPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgTicketPool, mg_ticket_source_pool_free)

/* So many may be wanted by the groups in hand: they are drawn together, with the first that is;
 * what is left over is for the groups after them. */
void mg_ticket_source_expect(MgTicketPool *pool, guint n_tickets);

/* One group's. */
typedef struct {
    MgTicketPool *pool;
    /* (nullable) (transfer none): that of the uncertain delivery, whichever of its group's mails
     * that is: the others are made, as far as a script makes them, but do not go out, so that
     * whoever asks is given that very number. */
    const gchar *own;
    gint64 now;    /* the time of the group's decisions: microseconds */
    guint n_given; /* how often a number was asked for */
} MgTicketSource;

/* A number for a mail. Errors are those of database/ticket.h. (transfer full) */
gchar *mg_ticket_source_next(MgTicketSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One that is drawn, also for an uncertain delivery: for the mail after that. Errors likewise.
 * (transfer full) */
gchar *mg_ticket_source_draw(MgTicketSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;
