/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signer.h"

#include "base/error.h"
#include "openpgp/seat.h"

#include <string.h>

struct MgSigner {
    MgSeat *seat; /* of the keyring */
    gpgme_ctx_t context;
};

MgSigner *mg_signer_new(MgKeyring *keyring, GError **error)
{
    const MgSigningKey *key = mg_keyring_key(keyring);
    g_autoptr(MgSigner) signer = g_new0(MgSigner, 1);

    signer->seat = mg_keyring_next_seat(keyring);
    signer->context = mg_seat_context(signer->seat, key, error);
    if (signer->context == NULL)
        return NULL;
    if (!mg_seat_start(signer->seat, signer->context, key, NULL, error))
        return NULL;
    return g_steal_pointer(&signer);
}

void mg_signer_free(MgSigner *signer)
{
    if (signer == NULL)
        return;
    if (signer->context != NULL)
        gpgme_release(signer->context);
    g_free(signer);
}

/* A second try is for an agent that was killed, which gpg starts anew, and for Ctrl-C, which the
 * terminal sends to gpg too while what is in hand shall be finished. One at a time, so that gpgs
 * do not start an agent against each other. */
static MgGpgSignature *sign(MgSigner *signer, GBytes *content, gpgme_sig_mode_t mode,
                            GError **error)
{
    MgGpgSignature *signature = mg_gpg_sign(signer->context, content, mode, NULL);
    g_autoptr(GMutexLocker) locker = NULL;

    if (signature != NULL)
        return signature;
    locker = g_mutex_locker_new(&signer->seat->starting);
    return mg_gpg_sign(signer->context, content, mode, error);
}

static GBytes *with_crlf(GBytes *bytes)
{
    gsize size = 0;
    const gchar *text = g_bytes_get_data(bytes, &size);
    GString *wire = g_string_sized_new(size + size / 32 + 32);

    for (gsize i = 0; i < size; i++) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            g_string_append_c(wire, '\r');
        g_string_append_c(wire, text[i]);
    }
    return g_string_free_to_bytes(wire);
}

GBytes *mg_signer_detach(MgSigner *signer, GBytes *content, gchar **micalg, GError **error)
{
    g_autoptr(MgGpgSignature) signature = sign(signer, content, GPGME_SIG_MODE_DETACH, error);

    if (signature == NULL)
        return NULL;
    if (micalg != NULL)
        *micalg = g_steal_pointer(&signature->micalg);
    return with_crlf(signature->armored);
}

/* gpg keeps the line ends that it is given; text in this program has LF. */
static GBytes *with_lf(const gchar *text)
{
    GString *lines = g_string_new(text);

    g_string_replace(lines, "\r\n", "\n", 0);
    return g_string_free_to_bytes(lines);
}

gchar *mg_signer_clear(MgSigner *signer, const gchar *text, GError **error)
{
    g_autoptr(GBytes) content = with_lf(text);
    g_autoptr(MgGpgSignature) signature = sign(signer, content, GPGME_SIG_MODE_CLEAR, error);
    gsize size = 0;
    const gchar *armored;

    if (signature == NULL)
        return NULL;
    armored = g_bytes_get_data(signature->armored, &size);
    return g_strndup(armored, size);
}
