/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One signature by gpg, and why there is none. For this folder only.
 */
#pragma once

#include "openpgp/gpg.h"
#include "openpgp/signing_key.h"

typedef enum {
    MG_SIGNATURE_DETACHED,
    MG_SIGNATURE_CLEAR,
} MgSignatureForm;

typedef struct {
    GBytes *armored;    /* lines ended by LF, as gpg writes them */
    gchar *micalg;      /* "pgp-sha512" */
    gchar *fingerprint; /* of the key or subkey that signed */
    gchar *words;       /* (nullable) what gpg had to say, quoted */
} MgSignature;

/* "pgp-sha512" for 10 (RFC 4880, 9.4; RFC 3156); NULL for a digest that has no such name. */
const gchar *mg_signature_micalg(guint64 number);

typedef enum {
    /* Fail where none does: gpgs that start an agent together get in each other's way. */
    MG_SIGNATURE_AGENT_RUNS,
    MG_SIGNATURE_AGENT_MAY_START,
} MgSignatureAgent;

/* Exactly one signature by `key` over `content`. MG_ERROR_GROUP with gpg's words and, where the
 * cause is known, a hint. (transfer full) */
MgSignature *mg_signature_make(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                               MgSignatureForm form, MgSignatureAgent agent,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, detached, as gpg would make it at `time`, seconds since 1970, with an agent that
 * runs. */
MgSignature *mg_signature_make_at(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                                  guint32 time, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After a failure of mg_signature_make(), detached: whether gpg.conf is to blame, since gpg can
 * sign without it. */
gboolean mg_signature_fails_by_options(MgGpg *gpg, const MgSigningKey *key, GBytes *content);

void mg_signature_free(MgSignature *signature);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSignature, mg_signature_free)
