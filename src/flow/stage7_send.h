/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7, send: SMTP (contract 8, 9).
 */
#pragma once

#include "flow/worker.h"
#include "model/mail.h"
#include "model/outcome.h"

/* As mg_session_send(); what the server said is logged, and the account is told. `is_copy`: not the
 * mail that decides over the group. In a dry run and a preview nothing is sent and every mail counts
 * as accepted. */
MgOutcome *mg_stage7_send(MgWorker *worker, const MgMail *mail, gboolean is_copy, GError **error);
