/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage1_claim.h"

MgClaim mg_stage1_claim(MgWorker *worker, GError **error)
{
    const MgTask *task = worker->task;

    if (worker->site->purpose == MG_PURPOSE_PREVIEW)
        return mg_claim_look(worker->claim, error);
    if (task->uncertain != NULL)
        return mg_uncertain_take(worker->claim, task->uncertain, error);
    return mg_claim_take(worker->claim, task->group, error);
}
