/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 5, compose: the draft as MIME (contract 8).
 */
#pragma once

#include "flow/worker.h"
#include "model/draft.h"

/* The exact bytes to sign, or the body of an unsigned mail. */
GBytes *mg_stage5_compose(const MgWorker *worker, const MgDraft *draft, GError **error);
