/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 1, claim: lock the rows of a lot's groups, or leave them to who has them.
 */
#pragma once

#include "database/claim.h"
#include "database/uncertain.h"
#include "flow/site.h"

/* As mg_claim_take_lot(): where one of `claims` is MG_CLAIM_HELD the connection is in the
 * transaction that holds the rows. In a preview nothing is locked and every group counts as held;
 * the transaction is read-only. */
gboolean mg_stage1_claim(MgConnection *connection, MgPurpose purpose, MgGroup *const *groups,
                         gsize n_groups, MgClaim *claims, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a delivery that is uncertain, as mg_uncertain_take(). */
MgClaim mg_stage1_claim_again(MgConnection *connection, MgPurpose purpose, MgIntent *intent,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
