/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The site's signing key behind as many gpg-agents as there are cores.
 *
 * One agent signs one message at a time. So private home directories are made that link the site's
 * keys and options; the agents that we start for them are ended by mg_keyring_free(), and end by
 * themselves when this process is killed. The site's own agent is left alone; it serves all signers
 * where the key works only there (on a card, or with its passphrase cached). Where it can be proven
 * that the same signatures come out, they are made without gpg (openpgp/method.h). Key material
 * never enters this process.
 */
#pragma once

#include "model/settings.h"

typedef struct MgKeyring MgKeyring;

/* Makes a test signature, so that a wrong home, or an unknown, expired, revoked or
 * passphrase-protected key is MG_ERROR_SETUP with a hint, before anything is claimed. `n_signers`:
 * how many workers will sign at once. */
MgKeyring *mg_keyring_open(const MgOpenpgpSettings *settings, guint n_signers,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_keyring_free(MgKeyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgKeyring, mg_keyring_free)

/* Waits until gpg has verified what it was given of the signatures made so far. FALSE, once, where
 * it does not take one for good: the mail has gone out, and the log has it as an error. For one
 * thread, while nobody signs. */
gboolean mg_keyring_await_verdict(MgKeyring *keyring) G_GNUC_WARN_UNUSED_RESULT;

/* How many agents sign side by side: at most one per core and per signer. */
guint mg_keyring_n_agents(const MgKeyring *keyring);

/* The fingerprint of the key that made the test signature. */
const gchar *mg_keyring_fingerprint(const MgKeyring *keyring);

/* When it or its primary key, whichever is first, expires; microseconds, MG_CLOCK_NONE: never. */
gint64 mg_keyring_expires(const MgKeyring *keyring);

/* Who makes the signatures and, where that is not the fastest that the settings allow, why; for
 * people. (transfer full) */
gchar *mg_keyring_describe_method(const MgKeyring *keyring);
