/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature.h"

#include "base/error.h"

#include <string.h>

/* gpg's documentation (DETAILS) defines these lines. */
#define STATUS_CREATED "[GNUPG:] SIG_CREATED "
#define STATUS_FAILURE "[GNUPG:] FAILURE sign "

/* Codes of libgpg-error, which are fixed for good; the upper half of a value says who reports. */
enum {
    CODE_MASK = 0xffff,
    CODE_BAD_PASSPHRASE = 11,
    CODE_NO_SECKEY = 17,
    CODE_UNUSABLE_SECKEY = 54,
    CODE_NO_PIN_ENTRY = 85,
    CODE_NO_AGENT = 77,
    CODE_CANCELED = 99,
    CODE_NO_PASSPHRASE = 177,
    CODE_FULLY_CANCELED = 198,
};

static const struct {
    guint number; /* RFC 4880, 9.4 */
    const gchar *micalg;
} digests[] = {
    {1, "pgp-md5"},    {2, "pgp-sha1"},    {3, "pgp-ripemd160"}, {8, "pgp-sha256"},
    {9, "pgp-sha384"}, {10, "pgp-sha512"}, {11, "pgp-sha224"},
};

void mg_signature_free(MgSignature *signature)
{
    if (signature == NULL)
        return;
    g_clear_pointer(&signature->armored, g_bytes_unref);
    g_free(signature->micalg);
    g_free(signature->fingerprint);
    g_free(signature->words);
    g_free(signature);
}

static const gchar *hint_for(const gchar *status)
{
    const gchar *failure = strstr(status, STATUS_FAILURE);

    if (failure == NULL)
        return "";
    switch (g_ascii_strtoull(failure + strlen(STATUS_FAILURE), NULL, 10) & CODE_MASK) {
    case CODE_BAD_PASSPHRASE:
    case CODE_NO_PIN_ENTRY:
    case CODE_CANCELED:
    case CODE_NO_PASSPHRASE:
    case CODE_FULLY_CANCELED:
        return "\nHINT: the key is protected by a passphrase, which nobody is there to type; "
               "take it off with gpg --passwd, in openpgp.gnupg_home";
    case CODE_NO_SECKEY:
    case CODE_UNUSABLE_SECKEY:
        return "\nHINT: the secret key is not in openpgp.gnupg_home or cannot be read there; "
               "see gpg --list-secret-keys";
    case CODE_NO_AGENT:
        return "\nHINT: install the package gpg-agent";
    default:
        return "";
    }
}

const gchar *mg_signature_micalg(guint64 number)
{
    for (gsize i = 0; i < G_N_ELEMENTS(digests); i++)
        if (digests[i].number == number)
            return digests[i].micalg;
    return NULL;
}

/* `SIG_CREATED type pk_algorithm digest class time fingerprint`; FALSE unless it stands there
 * once. */
static gboolean read_created(const gchar *status, MgSignature *signature)
{
    const gchar *created = strstr(status, STATUS_CREATED);
    g_auto(GStrv) fields = NULL;

    if (created == NULL || strstr(created + 1, STATUS_CREATED) != NULL)
        return FALSE;
    created += strlen(STATUS_CREATED);
    fields = g_strsplit(created, " ", 6);
    if (g_strv_length(fields) < 6)
        return FALSE;
    signature->micalg = g_strdup(mg_signature_micalg(g_ascii_strtoull(fields[2], NULL, 10)));
    signature->fingerprint = g_strndup(fields[5], strspn(fields[5], "0123456789ABCDEF"));
    return signature->micalg != NULL;
}

static MgSignature *make(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                         const gchar *const *arguments, GError **error)
{
    g_autoptr(MgGpgResult) result = mg_gpg_run(gpg, arguments, content, error);
    g_autoptr(MgSignature) signature = g_new0(MgSignature, 1);

    if (result == NULL)
        return NULL;
    if (!result->succeeded) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "gpg cannot sign, it says %s%s", result->words,
                    hint_for(result->status));
        return NULL;
    }
    if (!read_created(result->status, signature)) {
        g_set_error(
            error, MG_ERROR, MG_ERROR_GROUP,
            "gpg did not make exactly one signature, it says %s\nHINT: gpg.conf must not name "
            "signers of its own (local-user)",
            result->words);
        return NULL;
    }
    if (!mg_signing_key_admits(key, signature->fingerprint)) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "gpg signed with key %s instead of %s\nHINT: gpg.conf must not name signers of "
                    "its own (local-user)",
                    signature->fingerprint, mg_signing_key_name(key));
        return NULL;
    }
    if (!result->is_silent)
        signature->words = g_steal_pointer(&result->words);
    signature->armored = g_steal_pointer(&result->output);
    return g_steal_pointer(&signature);
}

MgSignature *mg_signature_make(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                               MgSignatureForm form, MgSignatureAgent agent, GError **error)
{
    const gchar *arguments[] = {"--armor",
                                form == MG_SIGNATURE_CLEAR ? "--clear-sign" : "--detach-sign",
                                "--local-user",
                                mg_signing_key_name(key),
                                agent == MG_SIGNATURE_AGENT_RUNS ? "--no-autostart" : NULL,
                                NULL};

    return make(gpg, key, content, arguments, error);
}

MgSignature *mg_signature_make_at(MgGpg *gpg, const MgSigningKey *key, GBytes *content,
                                  guint32 time, GError **error)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time);
    g_autofree gchar *frozen = g_date_time_format(date, "%Y%m%dT%H%M%S!");
    const gchar *arguments[] = {"--armor",
                                "--detach-sign",
                                "--local-user",
                                mg_signing_key_name(key),
                                "--faked-system-time",
                                frozen,
                                "--no-autostart",
                                NULL};

    return make(gpg, key, content, arguments, error);
}

gboolean mg_signature_fails_by_options(MgGpg *gpg, const MgSigningKey *key, GBytes *content)
{
    const gchar *arguments[] = {"--armor", "--detach-sign", "--local-user",
                                mg_signing_key_name(key), NULL};

    return mg_gpg_fails_by_options(gpg, arguments, content);
}
