/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage1_claim.h"

gboolean mg_stage1_claim(MgConnection *connection, MgPurpose purpose, MgGroup *const *groups,
                         gsize n_groups, MgClaim *claims, GError **error)
{
    if (purpose != MG_PURPOSE_PREVIEW)
        return mg_claim_take_lot(connection, groups, n_groups, claims, error);
    if (mg_claim_look(connection, error) != MG_CLAIM_HELD)
        return FALSE;
    for (gsize i = 0; i < n_groups; i++)
        claims[i] = MG_CLAIM_HELD;
    return TRUE;
}

MgClaim mg_stage1_claim_again(MgConnection *connection, MgPurpose purpose, MgIntent *intent,
                              GError **error)
{
    if (purpose == MG_PURPOSE_PREVIEW)
        return mg_claim_look(connection, error);
    return mg_uncertain_take(connection, intent, error);
}
