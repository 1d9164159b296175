/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what signers take from the keyring.
 */
#pragma once

#include "openpgp/keyring.h"
#include "openpgp/method.h"
#include "openpgp/sampler.h"

/* A number for each signer, which spreads them evenly. */
guint mg_keyring_next_turn(MgKeyring *keyring);

/* Whom to ask for `turn`, the key to sign with, and how that is done. (transfer none) */
MgAgent *mg_keyring_agent(const MgKeyring *keyring, guint turn);
const MgSigningKey *mg_keyring_key(const MgKeyring *keyring);
const MgMethod *mg_keyring_method(const MgKeyring *keyring);

/* Who signs for `turn` without gpg; NULL where gpg signs. */
MgDirectSigner *mg_keyring_direct_signer(const MgKeyring *keyring, guint turn);

/* Whether a signature made at `time`, seconds since 1970, may be made without gpg: not once the key
 * has expired, and not after gpg refused one of the sample, which is logged here. */
gboolean mg_keyring_trusts_direct(MgKeyring *keyring, gint64 time);

/* Has gpg verify a sample of what was signed without it. (transfer none) */
MgSampler *mg_keyring_sampler(const MgKeyring *keyring);
