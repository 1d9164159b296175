/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * For this folder only: what signers take from the keyring.
 */
#pragma once

#include "openpgp/keyring.h"
#include "openpgp/seat.h"

/* The seats in turn, for one signer after the other. */
MgSeat *mg_keyring_next_seat(MgKeyring *keyring);
const MgSigningKey *mg_keyring_key(const MgKeyring *keyring);
