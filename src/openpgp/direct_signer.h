/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Signs without gpg: completes the template that gpg made with what a holder of the key answers,
 * which is a key holder of ours or a gpg-agent. For this folder only; from any thread.
 */
#pragma once

#include "openpgp/agent.h"
#include "openpgp/signature_template.h"

typedef struct MgDirectSigner MgDirectSigner;

/* What gpg made for a known content: who cannot make the same is not asked for anything else. */
typedef struct {
    const MgSignatureTemplate *template;
    const gchar *keygrip;
    GBytes *content;
    GBytes *armored;
} MgDirectProof;

/* By a process that holds the key in file `key_file`. `proof` and what it points to must outlive
 * the signer. Nothing is started yet. */
MgDirectSigner *mg_direct_signer_new_holder(const MgDirectProof *proof, const gchar *key_file);

/* By `agent`, which must outlive the signer. */
MgDirectSigner *mg_direct_signer_new_agent(const MgDirectProof *proof, MgAgent *agent);

void mg_direct_signer_free(MgDirectSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgDirectSigner, mg_direct_signer_free)

/* An armored detached signature made at `time`, seconds since 1970. Who has the key is started or
 * connected where needed, and first must give the very bytes of the proof. MG_ERROR_GROUP: then gpg
 * itself may be able to. (transfer full) */
GBytes *mg_direct_signer_sign(MgDirectSigner *signer, GBytes *content, guint32 time,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* It failed several times in a row, or was told to: it will do nothing more. */
gboolean mg_direct_signer_has_given_up(MgDirectSigner *signer);

/* The process id of its key holder; 0 where it has none. */
GPid mg_direct_signer_holder_pid(MgDirectSigner *signer);
