/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what signers take from the keyring.
 */
#pragma once

#include "openpgp/agent.h"
#include "openpgp/keyring.h"
#include "openpgp/signing_key.h"

/* The agents in turn, for one signer after the other. */
MgAgent *mg_keyring_next_agent(MgKeyring *keyring);
const MgSigningKey *mg_keyring_key(const MgKeyring *keyring);
