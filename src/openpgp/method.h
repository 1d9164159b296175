/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Which way a run signs: the fastest that was allowed and that makes gpg's very bytes. For this
 * folder only; immutable once chosen.
 */
#pragma once

#include "model/settings.h"
#include "openpgp/direct_signer.h"
#include "openpgp/gpg_signer.h"

typedef enum {
    MG_METHOD_GPG,    /* gpg is started for each signature */
    MG_METHOD_AGENT,  /* gpg-agent is asked, gpg's template completed */
    MG_METHOD_HOLDER, /* likewise, with a key holder of ours */
} MgMethodKind;

typedef struct {
    MgMethodKind kind;
    gchar *reason;             /* (nullable) why none that is faster, of those allowed */
    GPtrArray *direct_signers; /* of MgDirectSigner; empty for MG_METHOD_GPG */
    MgDirectProof proof;
} MgMethod;

typedef struct {
    MgSigningMethod allowed;
    const gchar *home;       /* where private-keys-v1.d is */
    const gchar *keygrip;    /* (nullable) of the key that made `test` */
    const MgSignature *test; /* over mg_gpg_signer_test_content() */
    GPtrArray *agents;       /* of MgAgent; the first runs already */
    guint n_holders;
} MgMethodSite;

/* Never fails: gpg itself is always left. `gpg` makes a second signature to compare with. */
MgMethod *mg_method_choose(const MgMethodSite *site, MgGpgSigner *gpg);
void mg_method_free(MgMethod *method);

/* "gpg-agent" and the like, for messages. */
const gchar *mg_method_name(MgMethodKind kind);
