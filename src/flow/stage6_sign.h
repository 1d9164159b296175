/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 6, sign: OpenPGP/MIME, where the site signs, and the finished mail
 * (intelmq-mailgen.conf(5), SIGNED MAIL).
 */
#pragma once

#include "model/draft.h"
#include "model/mail.h"
#include "model/pairs.h"
#include "openpgp/signer.h"

/* The exact bytes for the wire, and the envelope. `signer` NULL: not signed, `content` was made for
 * that. `message_id` NULL: the draft's, or a new one; else that of the delivery which is made
 * again. `date` MG_CLOCK_NONE: the draft's, or now. MG_ERROR_GROUP where a header cannot hold what
 * it should, or gpg cannot sign. (transfer full) */
MgMail *mg_stage6_sign(MgSigner *signer, const MgDraft *draft, GBytes *content,
                       const MgPairs *further_headers, const gchar *message_id, gint64 date,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
