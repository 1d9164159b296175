/* SPDX-License-Identifier: AGPL-3.0-or-later */
#define MG_LOGGER "intelmqmail.openpgp"
#include "base/log.h"

#include "openpgp/signer.h"

#include "base/clock.h"
#include "base/error.h"
#include "openpgp/keyring_private.h"

#include <string.h>

struct MgSigner {
    MgKeyring *keyring;
    MgGpgSigner *gpg;
    MgDirectSigner *direct; /* (nullable) of the keyring */
};

MgSigner *mg_signer_new(MgKeyring *keyring, GError **error)
{
    g_autoptr(MgSigner) signer = g_new0(MgSigner, 1);
    guint turn = mg_keyring_next_turn(keyring);

    signer->keyring = keyring;
    signer->direct = mg_keyring_direct_signer(keyring, turn);
    signer->gpg = mg_gpg_signer_new(mg_keyring_agent(keyring, turn), error);
    if (signer->gpg == NULL)
        return NULL;
    mg_gpg_signer_set_key(signer->gpg, mg_keyring_key(keyring));
    /* With a key holder the agent is for emergencies and clear-signing, which start it
     * themselves. */
    if (mg_keyring_method(keyring)->kind != MG_METHOD_HOLDER &&
        !mg_gpg_signer_start(signer->gpg, NULL, error))
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

/* NULL where gpg has to do it. */
static GBytes *sign_directly(MgSigner *signer, GBytes *content)
{
    gint64 now = mg_clock_now() / G_USEC_PER_SEC;
    g_autoptr(GError) cause = NULL;
    GBytes *armored;

    if (signer->direct == NULL || !mg_keyring_trusts_direct(signer->keyring, now) ||
        mg_direct_signer_has_given_up(signer->direct))
        return NULL;
    armored = mg_direct_signer_sign(signer->direct, content, (guint32)now, &cause);
    if (armored != NULL)
        mg_sampler_take(mg_keyring_sampler(signer->keyring), content, armored);
    else
        mg_log_warning("%s cannot sign, gpg is started for %s: %.*s",
                       mg_method_name(mg_keyring_method(signer->keyring)->kind),
                       mg_direct_signer_has_given_up(signer->direct) ? "all mails from now on"
                                                                     : "this mail",
                       (int)strcspn(cause->message, "\n"), cause->message);
    return armored;
}

/* Where the faster way has failed something is wrong, and gpg would sign with whatever key stands
 * in the file. */
static gboolean is_trustworthy(MgSigner *signer, GBytes *content, const MgSignature *signature,
                               GError **error)
{
    return signer->direct == NULL ||
           mg_gpg_verify(mg_gpg_signer_gpg(signer->gpg), content, signature->armored, error);
}

GBytes *mg_signer_detach(MgSigner *signer, GBytes *content, gchar **micalg, GError **error)
{
    g_autoptr(GBytes) armored = sign_directly(signer, content);
    g_autoptr(MgSignature) signature = NULL;

    if (armored != NULL) {
        if (micalg != NULL)
            *micalg = g_strdup(mg_signature_micalg(
                mg_keyring_method(signer->keyring)->proof.template->packet->digest));
        return with_crlf(armored);
    }
    signature = sign(signer, content, MG_SIGNATURE_DETACHED, error);
    if (signature == NULL || !is_trustworthy(signer, content, signature, error))
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
