/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 8, record: what became of the group (contract 9). Every group leaves through here, the
 * failed and the skipped too.
 */
#pragma once

#include "flow/worker.h"
#include "model/mail.h"

/* After `mail` was accepted: the sent row, the directives marked, the intent `intent_id` (0: none)
 * settled, all committed. Where the claim's transaction was lost meanwhile, the connection is
 * opened again and the mail recorded from what is known. FALSE where that failed as well:
 * MG_ERROR_RUN, and the intent stays for the next run. In a dry run nothing is written. */
gboolean mg_stage8_record(MgWorker *worker, const MgMail *mail, gint64 intent_id, GError **error);

/* After a further mail of a group that is recorded already, which would mark it too: the directives point
 * at the first, but a number of its own is in table sent like every other. `intent_id` is removed with
 * it, and set to 0. A failure is logged. */
void mg_stage8_record_number(MgWorker *worker, const MgMail *mail, gint64 *intent_id);

/* Gives up the group's locks where it still holds them, logs `failure` (nullable) with the
 * directive's attributes and all ids, and counts. */
void mg_stage8_leave(MgWorker *worker, MgLeft how, const GError *failure);
