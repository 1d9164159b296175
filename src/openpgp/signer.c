/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signer.h"

#include "base/error.h"
#include "openpgp/gpg_signer.h"
#include "openpgp/keyring_private.h"

#include <string.h>

struct MgSigner {
    MgGpgSigner *gpg;
};

MgSigner *mg_signer_new(MgKeyring *keyring, GError **error)
{
    g_autoptr(MgSigner) signer = g_new0(MgSigner, 1);

    signer->gpg = mg_gpg_signer_new(mg_keyring_next_agent(keyring), error);
    if (signer->gpg == NULL)
        return NULL;
    mg_gpg_signer_set_key(signer->gpg, mg_keyring_key(keyring));
    if (!mg_gpg_signer_start(signer->gpg, NULL, error))
        return NULL;
    return g_steal_pointer(&signer);
}

void mg_signer_free(MgSigner *signer)
{
    if (signer == NULL)
        return;
    mg_gpg_signer_free(signer->gpg);
    g_free(signer);
}

static MgSignature *sign(MgSigner *signer, GBytes *content, MgSignatureForm form, GError **error)
{
    return mg_gpg_signer_sign(signer->gpg, content, form, error);
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
    g_autoptr(MgSignature) signature = sign(signer, content, MG_SIGNATURE_DETACHED, error);

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
    g_autoptr(MgSignature) signature = sign(signer, content, MG_SIGNATURE_CLEAR, error);
    gsize size = 0;
    const gchar *armored;

    if (signature == NULL)
        return NULL;
    armored = g_bytes_get_data(signature->armored, &size);
    return g_strndup(armored, size);
}
