/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signing_key.h"

#include "base/error.h"

#include <string.h>

struct MgSigningKey {
    gpgme_key_t key;
    gchar *name;
    gboolean bound; /* to the one key in `name` */
};

void mg_signing_key_free(MgSigningKey *key)
{
    if (key == NULL)
        return;
    if (key->key != NULL)
        gpgme_key_unref(key->key);
    g_free(key->name);
    g_free(key);
}

const gchar *mg_signing_key_name(const MgSigningKey *key)
{
    return key->name;
}

/* Fingerprints are copied from where they stand in groups of four. */
static gchar *pattern_of(const gchar *wanted, gboolean *bound)
{
    g_autoptr(GString) pattern = g_string_new(wanted);
    g_autofree gchar *compact = NULL;
    gchar **groups;

    g_strstrip(pattern->str);
    g_string_truncate(pattern, strlen(pattern->str));
    *bound = pattern->len > 0 && pattern->str[pattern->len - 1] == '!';
    if (*bound)
        g_string_truncate(pattern, pattern->len - 1);

    groups = g_strsplit_set(pattern->str, " \t", -1);
    compact = g_strjoinv("", groups);
    g_strfreev(groups);
    if (strspn(compact, "0123456789abcdefABCDEFxX") == strlen(compact))
        return g_steal_pointer(&compact);
    return g_string_free(g_steal_pointer(&pattern), FALSE);
}

static gboolean names_subkey(const gchar *pattern, gpgme_subkey_t subkey)
{
    const gchar *hex = g_ascii_strncasecmp(pattern, "0x", 2) == 0 ? pattern + 2 : pattern;
    gsize length = strlen(hex);
    gsize whole = subkey->fpr != NULL ? strlen(subkey->fpr) : 0;

    return length >= 8 && length <= whole &&
           g_ascii_strcasecmp(subkey->fpr + whole - length, hex) == 0;
}

static gpgme_key_t look_up(gpgme_ctx_t context, const gchar *pattern, const gchar *home,
                           GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(pattern);
    g_autofree gchar *quoted_home = mg_error_quote(home);
    g_autofree gchar *words = NULL;
    gpgme_key_t key = NULL;
    gpgme_key_t another = NULL;
    gpgme_error_t status = gpgme_op_keylist_start(context, pattern, 0);

    if (status == 0)
        status = gpgme_op_keylist_next(context, &key);
    if (status != 0) {
        words = mg_gpg_words(context, status);
        gpgme_op_keylist_end(context);
        g_set_error(
            error, MG_ERROR, MG_ERROR_SETUP,
            "no key %s in gnupg home %s, gpg says %s\nHINT: compare openpgp.signing_key and "
            "openpgp.gnupg_home with gpg --homedir %s --list-secret-keys",
            quoted, quoted_home, words, quoted_home);
        return NULL;
    }
    status = gpgme_op_keylist_next(context, &another);
    gpgme_op_keylist_end(context);
    if (status != 0)
        return key;
    gpgme_key_unref(key);
    gpgme_key_unref(another);
    g_set_error(
        error, MG_ERROR, MG_ERROR_SETUP,
        "signing key %s fits several keys in gnupg home %s\nHINT: set openpgp.signing_key to "
        "the fingerprint",
        quoted, quoted_home);
    return NULL;
}

static gboolean is_sound(gpgme_subkey_t subkey)
{
    return !subkey->revoked && !subkey->expired && !subkey->disabled && !subkey->invalid;
}

/* What keeps `subkey` (NULL: each) from signing; NULL where nothing does. */
static const gchar *obstacle(gpgme_key_t key, gpgme_subkey_t subkey)
{
    gboolean able = FALSE;
    gboolean expired = FALSE;

    if (key->revoked)
        return "is revoked\nHINT: set openpgp.signing_key to a key that holds";
    if (key->expired)
        return "has expired\nHINT: give it a new date with gpg --quick-set-expire and publish it";
    if (key->disabled)
        return "is disabled\nHINT: enable it with gpg --edit-key";
    if (key->invalid)
        return "is invalid for gpg\nHINT: see gpg --list-keys";
    for (gpgme_subkey_t each = key->subkeys; each != NULL; each = each->next) {
        if (subkey != NULL && each != subkey)
            continue;
        if (each->can_sign && is_sound(each))
            return NULL;
        able = able || each->can_sign;
        expired = expired || (each->can_sign && each->expired && !each->revoked);
    }
    if (!able)
        return "cannot sign, it is for other uses only\nHINT: add a signing subkey with gpg "
               "--quick-add-key FINGERPRINT ed25519 sign";
    if (expired)
        return "has no valid signing key, the one for it has expired\nHINT: give it a new date "
               "with "
               "gpg --quick-set-expire, or add a signing subkey with gpg --quick-add-key";
    return "has no valid signing key, the one for it is revoked\nHINT: add a signing subkey with "
           "gpg "
           "--quick-add-key FINGERPRINT ed25519 sign";
}

/* gpgme signs with the first keyid of the key it is given (libraries of later versions: the first
 * fingerprint) and cannot be told a subkey. What it hands to gpg's -u is this text, so it is
 * replaced by the whole fingerprint, with gpg's "!" where bound. The test signature proves that it
 * worked. */
static void set_user(MgSigningKey *key)
{
    gpgme_subkey_t first = key->key->subkeys;

    first->keyid = key->name;
}

MgSigningKey *mg_signing_key_find(gpgme_ctx_t context, const gchar *wanted, const gchar *home,
                                  GError **error)
{
    g_autoptr(MgSigningKey) found = g_new0(MgSigningKey, 1);
    g_autofree gchar *pattern = pattern_of(wanted, &found->bound);
    gpgme_subkey_t named = NULL;
    const gchar *reason;

    if (*pattern == '\0') {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "openpgp.signing_key is empty\nHINT: set it to a fingerprint that gpg "
                    "--list-secret-keys shows");
        return NULL;
    }
    found->key = look_up(context, pattern, home, error);
    if (found->key == NULL)
        return NULL;
    for (gpgme_subkey_t each = found->key->subkeys; each != NULL && named == NULL;
         each = each->next)
        if (names_subkey(pattern, each))
            named = each;
    if (named == NULL)
        named = found->key->subkeys;
    found->bound = found->bound || named != found->key->subkeys;
    reason = obstacle(found->key, found->bound ? named : NULL);
    if (reason != NULL) {
        g_autofree gchar *quoted = mg_error_quote(wanted);

        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "signing key %s %s", quoted, reason);
        return NULL;
    }
    found->name = g_strconcat(named->fpr, found->bound ? "!" : "", NULL);
    set_user(found);
    return g_steal_pointer(&found);
}

void mg_signing_key_use(const MgSigningKey *key, gpgme_ctx_t context)
{
    gpgme_signers_clear(context);
    gpgme_signers_add(context, key->key);
}

gboolean mg_signing_key_made(const MgSigningKey *key, const gchar *fingerprint)
{
    gsize length = strlen(fingerprint);

    if (key->bound)
        return strncmp(key->name, fingerprint, length) == 0 && key->name[length] == '!';
    for (gpgme_subkey_t each = key->key->subkeys; each != NULL; each = each->next)
        if (g_strcmp0(each->fpr, fingerprint) == 0)
            return TRUE;
    return FALSE;
}
