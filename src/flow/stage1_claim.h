/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 1, claim: lock the group's rows, or leave it to who has it (contract 3).
 */
#pragma once

#include "database/claim.h"
#include "flow/site.h"

/* As mg_claim_take(). On MG_CLAIM_HELD the connection is in the transaction that holds the rows; on all else
 * it is in none. In a preview nothing is locked and every group counts as held; the transaction is
 * read-only. */
MgClaim mg_stage1_claim(MgConnection *connection, MgPurpose purpose, const MgGroup *group,
                        GError **error);
