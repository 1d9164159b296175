/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 1, claim: lock the rows of a lot of groups, or leave them to who has them.
 *
 * The locks live in the transaction that the claim begins: the caller ends it by
 * mg_sent_record_lot() or mg_connection_rollback().
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

typedef enum {
    MG_CLAIM_FAILED,    /* error set, no transaction open */
    MG_CLAIM_HELD,      /* all rows locked and still pending; the transaction is open */
    MG_CLAIM_ELSEWHERE, /* another session has one of the rows locked, or a delivery intent covers
                           one */
    MG_CLAIM_GONE,      /* sent or removed since the list was made */
} MgClaim;

/* Begins a transaction and locks every directive of each group; never waits for a lock. `claims`
 * receives for each group HELD, ELSEWHERE or GONE. The transaction stays open where one at least
 * is HELD. Some rows of a group that is not HELD may be locked all the same, until the transaction
 * ends. Of several sessions that try the same group at once one gets it, whatever else is in their
 * lots. FALSE with error: nothing is locked. No directive may belong to two of the groups. */
gboolean mg_claim_take_lot(MgConnection *connection, MgGroup *const *groups, gsize n_groups,
                           MgClaim *claims, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a preview: begins a transaction in which nothing can be written, and locks nothing. HELD, or
 * FAILED with the errors of mg_connection_begin(). */
MgClaim mg_claim_look(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;
