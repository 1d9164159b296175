/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 6, sign: OpenPGP signatures over bytes; knows no mail (RFC 3156).
 *
 * A signer belongs to one worker. All options of the home directory's gpg.conf hold.
 */
#pragma once

#include "openpgp/keyring.h"

typedef struct MgSigner MgSigner;

/* Its agent is started, and makes a test signature where it has made none yet. `keyring` must
 * outlive the signer. Errors as mg_gpg_signer_new() and mg_gpg_signer_start(). */
MgSigner *mg_signer_new(MgKeyring *keyring, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_signer_free(MgSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSigner, mg_signer_free)

/* An armored detached signature, its lines ended by CRLF, and the micalg that gpg chose
 * ("pgp-sha512"). The bytes are those that gpg makes, whoever makes them; where the faster way
 * fails, gpg is started. MG_ERROR_GROUP where gpg fails too. */
GBytes *mg_signer_detach(MgSigner *signer, GBytes *content, gchar **micalg,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text clear-signed, its lines ended by LF. MG_ERROR_GROUP where gpg fails. (transfer full) */
gchar *mg_signer_clear(MgSigner *signer, const gchar *text,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
