/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The site's signing key behind as many gpg-agents as there are cores.
 *
 * One agent signs one message at a time. So besides the site's own home directory private ones may
 * be made that link its keys and options; the agents that we start for them are ended by
 * mg_keyring_free(), the site's own is left alone. Key material never enters this process.
 */
#pragma once

#include "model/settings.h"

typedef struct MgKeyring MgKeyring;

/* Makes a test signature, so that a wrong home, or an unknown, expired, revoked or
 * passphrase-protected key is MG_ERROR_SETUP with a hint, before anything is claimed. `n_signers`:
 * how many workers will sign at once. */
MgKeyring *mg_keyring_open(const MgOpenpgpSettings *settings, guint n_signers, GError **error);
void mg_keyring_free(MgKeyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgKeyring, mg_keyring_free)
