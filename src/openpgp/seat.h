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
    gchar *shown_home; /* the site's, for messages */
    GMutex starting;   /* held by who may start the agent */
    gboolean started;  /* under `starting`: a signature was made */
} MgSeat;

MgSeat *mg_seat_new(const gchar *home, const gchar *shown_home);
void mg_seat_free(MgSeat *seat);

MgGpg *mg_seat_gpg(const MgSeat *seat, GError **error);

/* Makes a first signature if none was made in `seat` yet, which starts the agent. `first`
 * (nullable) gets it. MG_ERROR_SETUP. */
gboolean mg_seat_start(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, MgSignature **first,
                       GError **error);

/* A signature; an agent that has ended is started again. MG_ERROR_GROUP. (transfer full) */
MgSignature *mg_seat_sign(MgSeat *seat, MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                          MgSignatureForm form, GError **error);
