/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 6, sign: OpenPGP/MIME, where the site signs, and the finished mail (contract 8).
 */
#pragma once

#include "flow/worker.h"
#include "model/draft.h"
#include "model/mail.h"

/* The exact bytes for the wire, and the envelope. `message_id` NULL: a new one; else that of the
 * delivery which is made again. `date` MG_CLOCK_NONE: now. */
MgMail *mg_stage6_sign(MgWorker *worker, const MgDraft *draft, GBytes *content,
                       const gchar *message_id, gint64 date, GError **error);
