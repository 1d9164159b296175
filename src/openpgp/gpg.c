/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/gpg.h"

#include "base/error.h"

#include <string.h>

void mg_gpg_signature_free(MgGpgSignature *signature)
{
    if (signature == NULL)
        return;
    g_clear_pointer(&signature->armored, g_bytes_unref);
    g_free(signature->micalg);
    g_free(signature->fingerprint);
    g_free(signature);
}

/* gpgme_set_locale() is left out on purpose: it only dresses pinentry, which never comes up here,
 * and costs two more round trips to gpg-agent with each signature. */
static gpgme_error_t init_once(void)
{
    static gsize initialized = 0;
    static gpgme_error_t status;

    if (g_once_init_enter(&initialized)) {
        gpgme_check_version(NULL);
        status = gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP);
        g_once_init_leave(&initialized, 1);
    }
    return status;
}

/* A passphrase may come from a file: `pinentry-mode loopback` with `passphrase-file` in gpg.conf.
 * The command line would win over that, so the mode is only given where gpg.conf has none. */
static gboolean sets_pinentry_mode(const gchar *home)
{
    g_autofree gchar *path = g_build_filename(home, "gpg.conf", NULL);
    g_autofree gchar *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return FALSE;
    return g_regex_match_simple("^[ \\t]*(--)?pinentry-mode[ \\t=]", text,
                                G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

gpgme_ctx_t mg_gpg_context_new(const gchar *home, GError **error)
{
    g_auto(gpgme_ctx_t) context = NULL;
    gpgme_error_t status = init_once();

    if (status == 0)
        status = gpgme_new(&context);
    if (status == 0)
        status = gpgme_ctx_set_engine_info(context, GPGME_PROTOCOL_OpenPGP, NULL, home);
    if (status == 0 && !sets_pinentry_mode(home))
        status = gpgme_set_pinentry_mode(context, GPGME_PINENTRY_MODE_ERROR);
    if (status != 0) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "GnuPG cannot be used: %s\nHINT: install the packages gpg and gpg-agent",
                    gpgme_strerror(status));
        return NULL;
    }
    gpgme_set_armor(context, 1);
    return g_steal_pointer(&context);
}

static GBytes *bytes_of(gpgme_data_t data)
{
    size_t size = 0;
    char *memory = gpgme_data_release_and_get_mem(data, &size);

    return g_bytes_new_with_free_func(memory, size, (GDestroyNotify)gpgme_free, memory);
}

gchar *mg_gpg_words(gpgme_ctx_t context, gpgme_error_t status)
{
    g_autoptr(GBytes) bytes = NULL;
    g_auto(gpgme_data_t) log = NULL;
    g_autoptr(GString) words = NULL;
    gsize size = 0;

    if (gpgme_data_new(&log) != 0)
        return mg_error_quote(gpgme_strerror(status));
    if (gpgme_op_getauditlog(context, log, GPGME_AUDITLOG_DIAG) != 0)
        return mg_error_quote(gpgme_strerror(status));
    bytes = bytes_of(g_steal_pointer(&log));
    words = g_string_new_len(g_bytes_get_data(bytes, &size), (gssize)g_bytes_get_size(bytes));
    while (words->len > 0 && g_ascii_isspace(words->str[words->len - 1]))
        g_string_truncate(words, words->len - 1);
    if (words->len == 0)
        return mg_error_quote(gpgme_strerror(status));
    g_string_replace(words, "\n", "; ", 0);
    return mg_error_quote_bytes(words->str, words->len);
}

static const gchar *hint_for(gpgme_error_t status)
{
    switch (gpgme_err_code(status)) {
    case GPG_ERR_NO_PIN_ENTRY:
    case GPG_ERR_NO_PASSPHRASE:
    case GPG_ERR_BAD_PASSPHRASE:
    case GPG_ERR_CANCELED:
    case GPG_ERR_FULLY_CANCELED:
        return "\nHINT: the key is protected by a passphrase, which nobody is there to type; take "
               "the "
               "passphrase off with gpg --passwd";
    case GPG_ERR_NO_SECKEY:
    case GPG_ERR_UNUSABLE_SECKEY:
        return "\nHINT: the secret key is missing or cannot be read; see gpg --list-secret-keys";
    default:
        return "";
    }
}

static MgGpgSignature *take_signature(gpgme_ctx_t context, gpgme_data_t output, GError **error)
{
    gpgme_sign_result_t result = gpgme_op_sign_result(context);
    gpgme_new_signature_t made = result != NULL ? result->signatures : NULL;
    const char *digest = made != NULL ? gpgme_hash_algo_name(made->hash_algo) : NULL;
    MgGpgSignature *signature;
    g_autofree gchar *lower = NULL;

    if (digest == NULL || made->fpr == NULL || made->next != NULL) {
        gpgme_data_release(output);
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                    "gpg made %s instead of one signature\nHINT: gpg.conf must not name signers of "
                    "its own (local-user)",
                    made == NULL ? "none" : "several or unknown ones");
        return NULL;
    }
    lower = g_ascii_strdown(digest, -1);
    signature = g_new0(MgGpgSignature, 1);
    signature->armored = bytes_of(output);
    signature->micalg = g_strconcat("pgp-", lower, NULL);
    signature->fingerprint = g_strdup(made->fpr);
    return signature;
}

MgGpgSignature *mg_gpg_sign(gpgme_ctx_t context, GBytes *content, gpgme_sig_mode_t mode,
                            GError **error)
{
    g_auto(gpgme_data_t) input = NULL;
    g_auto(gpgme_data_t) output = NULL;
    gsize size = 0;
    const char *bytes = g_bytes_get_data(content, &size);
    gpgme_error_t status = gpgme_data_new_from_mem(&input, bytes != NULL ? bytes : "", size, 0);

    if (status == 0)
        status = gpgme_data_new(&output);
    if (status == 0)
        status = gpgme_op_sign(context, input, output, mode);
    if (status != 0) {
        g_autofree gchar *words = mg_gpg_words(context, status);

        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "gpg cannot sign: %s%s", words,
                    hint_for(status));
        return NULL;
    }
    return take_signature(context, g_steal_pointer(&output), error);
}
