/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A process that holds one unprotected key and signs with it (src/keyholder). This process never
 * reads the key. For this folder only.
 */
#pragma once

#include "openpgp/assuan.h"

typedef struct MgKeyHolder MgKeyHolder;

/* Starts one for the key in file `path`, which gpg-agent knows as `keygrip`. MG_ERROR_GROUP where
 * it is not installed, the file cannot be read, or the key is protected or of another kind than RSA
 * and Ed25519. (transfer full) */
MgKeyHolder *mg_key_holder_new(const gchar *path, const gchar *keygrip,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the process and waits until it is gone. */
void mg_key_holder_free(MgKeyHolder *holder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgKeyHolder, mg_key_holder_free)

/* Takes the commands SIGKEY, SETHASH and PKSIGN of gpg-agent. (transfer none) */
MgAssuan *mg_key_holder_assuan(MgKeyHolder *holder);

/* Whether the file is still the one that was read: a key that was taken away signs no more. */
gboolean mg_key_holder_is_current(const MgKeyHolder *holder);

/* Of its process, for tests and messages. */
GPid mg_key_holder_pid(const MgKeyHolder *holder);
