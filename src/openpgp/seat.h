/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Where a signer works: a home directory of the keyring and the agent that serves it. For this
 * folder only; from any thread.
 */
#pragma once

#include "openpgp/keyring.h"
#include "openpgp/signing_key.h"

typedef struct {
    gchar *home;
    GMutex starting;  /* held while a signature may have to start the agent */
    gboolean started; /* under `starting`: a signature was made */
} MgSeat;

MgSeat *mg_seat_new(const gchar *home);
void mg_seat_free(MgSeat *seat);

/* A context over the home of `seat` that signs with `key`. MG_ERROR_SETUP. (transfer full) */
gpgme_ctx_t mg_seat_context(const MgSeat *seat, const MgSigningKey *key, GError **error);

/* Makes a first signature if none was made in `seat` yet, which starts the agent. `fingerprint`
 * (nullable) gets that of the key that signed. MG_ERROR_SETUP. */
gboolean mg_seat_start(MgSeat *seat, gpgme_ctx_t context, const MgSigningKey *key,
                       gchar **fingerprint, GError **error);

/* The seats in turn, for one signer after the other. */
MgSeat *mg_keyring_next_seat(MgKeyring *keyring);
const MgSigningKey *mg_keyring_key(const MgKeyring *keyring);
