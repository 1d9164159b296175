/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Where signers work: a home directory of the keyring and the agent that serves it. For this folder
 * only; from any thread.
 */
#pragma once

#include "openpgp/keyring.h"
#include "openpgp/signature.h"

typedef struct {
    gchar *home;
    GMutex starting;  /* held by who may start the agent */
    gboolean started; /* under `starting`: a signature was made */
} MgSeat;

MgSeat *mg_seat_new(const gchar *home);
void mg_seat_free(MgSeat *seat);

/* Makes a first signature if none was made in `seat` yet, which starts the agent. `fingerprint`
 * (nullable) gets that of the key that signed. MG_ERROR_SETUP. */
gboolean mg_seat_start(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, gchar **fingerprint,
                       GError **error);

/* A signature; an agent that has ended is started again. MG_ERROR_GROUP. (transfer full) */
MgSignature *mg_seat_sign(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                          MgSignatureForm form, GError **error);

/* The seats in turn, for one signer after the other. */
MgSeat *mg_keyring_next_seat(MgKeyring *keyring);
const MgSigningKey *mg_keyring_key(const MgKeyring *keyring);
