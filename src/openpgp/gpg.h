/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One operation of gpg through gpgme, and gpg's own words when it fails. For this folder only.
 *
 * A context belongs to one thread. gpg gets the data by pipe; nothing but the home directory and
 * the key's fingerprint reaches its command line.
 */
#pragma once

#include <gpgme.h>
#include <glib.h>

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gpgme_ctx_t, gpgme_release, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gpgme_data_t, gpgme_data_release, NULL)

typedef struct {
    GBytes *armored;    /* lines ended by LF, as gpg writes them */
    gchar *micalg;      /* "pgp-sha512" */
    gchar *fingerprint; /* of the key or subkey that signed */
} MgGpgSignature;

void mg_gpg_signature_free(MgGpgSignature *signature);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgGpgSignature, mg_gpg_signature_free)

/* A context for `home` that never asks for a passphrase. MG_ERROR_SETUP where GnuPG is missing or
 * too old for gpgme. (transfer full) */
gpgme_ctx_t mg_gpg_context_new(const gchar *home, GError **error);

/* Exactly one signature by the signers of `context`. On failure MG_ERROR_GROUP with gpg's words
 * and, where the cause is known, a hint. (transfer full) */
MgGpgSignature *mg_gpg_sign(gpgme_ctx_t context, GBytes *content, gpgme_sig_mode_t mode,
                            GError **error);

/* What gpg wrote to its standard error in the last operation, quoted, its lines joined by "; ".
 * `status` is spelled out where it wrote nothing. (transfer full) */
gchar *mg_gpg_words(gpgme_ctx_t context, gpgme_error_t status);
