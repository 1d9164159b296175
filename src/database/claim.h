/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 1, claim: lock the rows of a group, or leave it to who has it (contract 3).
 *
 * The locks live in the transaction that the claim begins: the caller ends it by mg_sent_record()
 * or mg_connection_rollback().
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

typedef enum {
    MG_CLAIM_FAILED,    /* error set, no transaction open */
    MG_CLAIM_HELD,      /* all rows locked and still pending; the transaction is open */
    MG_CLAIM_ELSEWHERE, /* another session has one of the rows locked, or a delivery intent covers
                           one; no transaction open */
    MG_CLAIM_GONE,      /* sent or removed since the list was made; no transaction open */
} MgClaim;

/* Begins a transaction and locks every directive of the group, or none. Never waits for a lock. Of
 * several sessions that try the same group at once, one gets it. */
MgClaim mg_claim_take(MgConnection *connection, const MgGroup *group, GError **error);

/* For a preview: begins a transaction in which nothing can be written, and locks nothing. HELD or
 * FAILED. */
MgClaim mg_claim_look(MgConnection *connection, GError **error);
