/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signing_key.h"

#include "gnupg_home.h"

static MgSigningKey *find(const gchar *home, const gchar *wanted, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(MgGpg) gpg = mg_gpg_new(home, "/site/home", &cause);

    g_assert_no_error(cause);
    return mg_signing_key_find(gpg, wanted, error);
}

#define FIRST "331ED364DB26C52ABE7D0F4FC00208D622CC7778"

static const struct {
    const gchar *wanted;
    const gchar *name;
} spellings[] = {
    {"331ED364DB26C52ABE7D0F4FC00208D622CC7778", FIRST},
    {"331ed364db26c52abe7d0f4fc00208d622cc7778", FIRST},
    {"0x331ED364DB26C52ABE7D0F4FC00208D622CC7778", FIRST},
    {"331E D364 DB26 C52A BE7D  0F4F C002 08D6 22CC 7778", FIRST},
    {"  331ED364DB26C52ABE7D0F4FC00208D622CC7778\n", FIRST},
    {"C00208D622CC7778", FIRST},
    {"0xC00208D622CC7778", FIRST},
    {"22CC7778", FIRST},
    {"0x22cc7778", FIRST},
    {"noreply@example.com", FIRST},
    {"intelmqcbmail INSECURE TEST KEY <noreply@example.com>", FIRST},
    {"331ED364DB26C52ABE7D0F4FC00208D622CC7778!", FIRST "!"},
    {"0x22CC7778!", FIRST "!"},
};

static void test_spellings(void)
{
    g_auto(TestHome) home = home_new();

    for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgSigningKey) key = find(home, spellings[i].wanted, &error);

        g_test_message("%s", spellings[i].wanted);
        g_assert_no_error(error);
        g_assert_cmpstr(mg_signing_key_name(key), ==, spellings[i].name);
        g_assert_true(mg_signing_key_admits(key, FIRST));
        g_assert_true(mg_signing_key_admits(key, "331ED364DB26C52ABE7D0F4FC00208D622CC7779") !=
                      g_str_has_suffix(spellings[i].name, "!"));
        g_assert_true(mg_signing_key_admits(key, "331ED364") !=
                      g_str_has_suffix(spellings[i].name, "!"));
    }
}

static void test_subkeys(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *primary = home_script(home, "make_key ed25519 cert never ''");
    g_autofree gchar *subkey = home_script(home, "add_subkey $(parts) ed25519");
    g_autofree gchar *bound = g_strconcat(subkey, "!", NULL);
    g_autoptr(MgSigningKey) by_primary = find(home, primary, NULL);
    g_autoptr(MgSigningKey) by_subkey = find(home, subkey, NULL);
    g_autoptr(MgSigningKey) by_id = find(home, subkey + 24, NULL);

    g_assert_cmpstr(mg_signing_key_name(by_primary), ==, primary);
    g_assert_true(mg_signing_key_admits(by_primary, subkey));
    g_assert_cmpstr(mg_signing_key_name(by_subkey), ==, bound);
    g_assert_true(mg_signing_key_admits(by_subkey, subkey));
    g_assert_false(mg_signing_key_admits(by_subkey, primary));
    g_assert_cmpstr(mg_signing_key_name(by_id), ==, bound);
}

/* A script that makes the home directory and prints what signing_key is set to. */
static const struct {
    const gchar *name;
    const gchar *script;
    const gchar *message;
    const gchar *hint;
} unfit[] = {
    {"empty", "", "openpgp.signing_key is empty", "\nHINT: set it to a fingerprint"},
    {"unknown", "g --list-keys; echo 0123456789ABCDEF0123456789ABCDEF01234567",
     "no key '0123456789ABCDEF0123456789ABCDEF01234567' in gnupg home '/site/home', gpg says "
     "'error "
     "reading key: No public key'",
     "\nHINT: compare openpgp.signing_key and openpgp.gnupg_home with gpg --homedir '/site/home' "
     "--list-secret-keys"},
    {"an option", "echo --version", "no key '--version' in gnupg home '/site/home', gpg says ",
     "\nHINT: compare"},
    {"ambiguous",
     "make_key ed25519 sign never '' >/dev/null; make_key rsa1024 sign never '' "
     ">/dev/null; echo variant@example.com",
     "signing key 'variant@example.com' fits several keys in gnupg home '/site/home'",
     "\nHINT: set openpgp.signing_key to the fingerprint"},
    {"expired", "at 20200101T000000 make_key ed25519 sign 1y ''", " has expired",
     "\nHINT: give it a new date with gpg --quick-set-expire"},
    {"revoked",
     "make_key ed25519 sign never ''; sed 's/^:---/---/' $H/openpgp-revocs.d/*.rev | g "
     "--import",
     " is revoked", "\nHINT: set openpgp.signing_key to a key that is not"},
    {"disabled",
     "make_key ed25519 sign never ''; printf 'disable\\nsave\\n' | gpg --homedir $H "
     "--no-tty --quiet --command-fd 0 --edit-key $(parts) >/dev/null 2>&1",
     " is disabled", "\nHINT: enable it with gpg --edit-key"},
    {"for encryption", "make_key rsa1024 encr never ''", " is not for signing",
     "\nHINT: add a signing subkey with gpg --quick-add-key"},
    {"for certification",
     "make_key ed25519 cert never ''; add_subkey $(parts) cv25519 encr "
     ">/dev/null",
     " is not for signing", "\nHINT: add a signing subkey"},
    {"encryption subkey",
     "make_key ed25519 sign never '' >/dev/null; add_subkey $(parts) cv25519 "
     "encr",
     " is not for signing", "\nHINT: add a signing subkey"},
    {"primary for certification only, bound",
     "k=$(make_key ed25519 cert never ''); add_subkey $k "
     "ed25519 >/dev/null; echo $k!",
     " is not for signing", "\nHINT: add a signing subkey"},
    {"expired subkey",
     "k=$(at 20200101T000000 make_key ed25519 cert never ''); at 20200101T000000 "
     "add_subkey $k ed25519 sign 1y >/dev/null; echo $k",
     " has no valid signing key, its signing subkey has expired",
     "\nHINT: give it a new date with gpg --quick-set-expire"},
    {"expired subkey, named",
     "k=$(at 20200101T000000 make_key ed25519 sign never ''); at "
     "20200101T000000 add_subkey $k ed25519 sign 1y",
     " its signing subkey has expired", "\nHINT: give it a new date"},
    {"revoked subkey",
     "k=$(make_key ed25519 cert never ''); add_subkey $k ed25519 >/dev/null; printf "
     "'key 1\\nrevkey\\ny\\n0\\n\\ny\\nsave\\n' | gpg --homedir $H --no-tty --quiet "
     "--command-fd 0 --status-fd 1 --edit-key $k >/dev/null 2>&1; echo $k",
     " has no valid signing key, its signing subkey is revoked", "\nHINT: add one with gpg"},
    {"broken gpg.conf", "g --list-keys; echo no-such-option > $H/gpg.conf; echo 0123456789ABCDEF",
     "gpg says '/site/home/gpg.conf:1: invalid option; error reading key", "\nHINT: compare"},
};

static void test_unfit(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(unfit); i++) {
        g_auto(TestHome) home = home_new_empty();
        g_autofree gchar *wanted = home_script(home, unfit[i].script);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgSigningKey) key = find(home, wanted, &error);

        g_test_message("%s: %s", unfit[i].name, error != NULL ? error->message : "no error");
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_null(key);
        g_assert_nonnull(strstr(error->message, unfit[i].message));
        g_assert_nonnull(strstr(error->message, unfit[i].hint));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signing-key/spellings", test_spellings);
    g_test_add_func("/signing-key/subkeys", test_subkeys);
    g_test_add_func("/signing-key/unfit", test_unfit);
    return g_test_run();
}
