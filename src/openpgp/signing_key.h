/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The key that `signing_key` names, looked up and found fit to sign. For this folder only.
 *
 * Immutable once found; for any thread.
 */
#pragma once

#include "openpgp/gpg.h"

typedef struct MgSigningKey MgSigningKey;

/* Looks `wanted` up with `gpg`: a fingerprint (blanks allowed), a long or short key id, each with
 * or without 0x, or a user id that fits one key alone. The fingerprint or id of a subkey, or a
 * final "!", binds to that very key; naming the primary key leaves it to gpg which of its signing
 * keys it takes. A key that is unknown, ambiguous, expired, revoked, disabled or unable to sign,
 * and a gpg.conf that gpg cannot use, is MG_ERROR_SETUP with a hint. (transfer full) */
MgSigningKey *mg_signing_key_find(MgGpg *gpg, const gchar *wanted,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_signing_key_free(MgSigningKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSigningKey, mg_signing_key_free)

/* Whether a signature by `fingerprint` is what was asked for: where the key is not bound gpg
 * chooses, perhaps a subkey that was added since. */
gboolean mg_signing_key_admits(const MgSigningKey *key, const gchar *fingerprint);

/* gpg-agent's name of the primary key or subkey `fingerprint`: the stem of its file in
 * private-keys-v1.d. NULL where gpg did not tell. */
const gchar *mg_signing_key_keygrip(const MgSigningKey *key, const gchar *fingerprint);

/* When signatures by `fingerprint`, the primary key or a subkey, end to be good: the earlier of its
 * own expiry and the primary key's; microseconds, MG_CLOCK_NONE: never. */
gint64 mg_signing_key_expires(const MgSigningKey *key, const gchar *fingerprint);

/* As gpg's --local-user takes it: the fingerprint, with "!" where bound to it. */
const gchar *mg_signing_key_name(const MgSigningKey *key);
