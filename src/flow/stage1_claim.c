/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage1_claim.h"

MgClaim mg_stage1_claim(MgConnection *connection, MgPurpose purpose, const MgGroup *group,
                        GError **error)
{
    if (purpose == MG_PURPOSE_PREVIEW)
        return mg_claim_look(connection, error);
    return mg_claim_take(connection, group, error);
}
