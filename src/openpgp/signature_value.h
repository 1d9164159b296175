/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The numbers of a signature as gpg-agent gives them: a canonical S-expression. For this folder
 * only.
 */
#pragma once

#include "openpgp/signature_packet.h"

/* The numbers (of GBytes) of `(sig-val (rsa (s …)))`, `(sig-val (ecdsa (r …) (s …)))` or the same
 * with eddsa, and of nothing else. MG_ERROR_GROUP. (transfer full) */
GPtrArray *mg_signature_value_read(GBytes *expression, MgSignatureAlgorithm algorithm,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
