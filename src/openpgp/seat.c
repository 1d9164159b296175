/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/seat.h"

#include "base/error.h"

MgSeat *mg_seat_new(const gchar *home)
{
    MgSeat *seat = g_new0(MgSeat, 1);

    seat->home = g_strdup(home);
    g_mutex_init(&seat->starting);
    return seat;
}

void mg_seat_free(MgSeat *seat)
{
    if (seat == NULL)
        return;
    g_mutex_clear(&seat->starting);
    g_free(seat->home);
    g_free(seat);
}

gpgme_ctx_t mg_seat_context(const MgSeat *seat, const MgSigningKey *key, GError **error)
{
    gpgme_ctx_t context = mg_gpg_context_new(seat->home, error);

    if (context != NULL)
        mg_signing_key_use(key, context);
    return context;
}

static gboolean make_test_signature(gpgme_ctx_t context, const MgSigningKey *key,
                                    gchar **fingerprint, GError **error)
{
    g_autoptr(GBytes) content = g_bytes_new_static("test signature\r\n", 16);
    g_autoptr(MgGpgSignature) signature = NULL;
    g_autoptr(GError) cause = NULL;

    signature = mg_gpg_sign(context, content, GPGME_SIG_MODE_DETACH, &cause);
    if (signature == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "test signature with key %s: %s",
                    mg_signing_key_name(key), cause->message);
        return FALSE;
    }
    if (!mg_signing_key_made(key, signature->fingerprint)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "gpg signed with key %s instead of %s\nHINT: gpg.conf must not name signers of "
                    "its own (local-user)",
                    signature->fingerprint, mg_signing_key_name(key));
        return FALSE;
    }
    if (fingerprint != NULL)
        *fingerprint = g_strdup(signature->fingerprint);
    return TRUE;
}

/* Gpgs that start an agent at the same time get in each other's way, so the first comes alone. */
gboolean mg_seat_start(MgSeat *seat, gpgme_ctx_t context, const MgSigningKey *key,
                       gchar **fingerprint, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&seat->starting);

    if (!seat->started)
        seat->started = make_test_signature(context, key, fingerprint, error);
    return seat->started;
}
