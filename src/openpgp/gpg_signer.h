/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Signs by running gpg: a gpg of its own, the agent that it talks to, and the key. For this folder
 * only; a MgGpgSigner belongs to one thread.
 */
#pragma once

#include "openpgp/agent.h"
#include "openpgp/signature.h"

typedef struct MgGpgSigner MgGpgSigner;

/* `agent` must outlive the signer. MG_ERROR_SETUP where gpg is not installed, MG_ERROR_RUN. */
MgGpgSigner *mg_gpg_signer_new(MgAgent *agent, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_gpg_signer_free(MgGpgSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGpgSigner, mg_gpg_signer_free)

/* The gpg that it starts. (transfer none) */
MgGpg *mg_gpg_signer_gpg(MgGpgSigner *signer);

/* Must come before the signatures; `key` must outlive the signer. */
void mg_gpg_signer_set_key(MgGpgSigner *signer, const MgSigningKey *key);

/* Makes a test signature if the agent has made none yet, which starts it. gpg must find it good.
 * `test` (nullable) gets it, NULL where none was needed. MG_ERROR_SETUP, which says so where
 * gpg.conf is to blame. */
gboolean mg_gpg_signer_start(MgGpgSigner *signer, MgSignature **test,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the test signature signs. (transfer none) */
GBytes *mg_gpg_signer_test_content(void);

/* A signature; an agent that has ended is started again. MG_ERROR_GROUP. (transfer full) */
MgSignature *mg_gpg_signer_sign(MgGpgSigner *signer, GBytes *content, MgSignatureForm form,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A detached signature as gpg would make it at `time`. MG_ERROR_GROUP. (transfer full) */
MgSignature *mg_gpg_signer_sign_at(MgGpgSigner *signer, GBytes *content, guint32 time,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
