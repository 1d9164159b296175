/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signature.h"

#include "gnupg_home.h"

/* A program in gpg's place that answers with these status lines. */
static const struct {
    const gchar *name;
    const gchar *status;
    gint exit_status;
    const gchar *micalg;  /* (nullable): fails with */
    const gchar *message; /* which the error message holds */
} answers[] = {
    {"signed", "[GNUPG:] SIG_CREATED D 22 10 00 1795000000 " TEST_FINGERPRINT "\n", 0, "pgp-sha512",
     NULL},
    {"md5", "[GNUPG:] SIG_CREATED D 1 1 00 1795000000 " TEST_FINGERPRINT "\n", 0, "pgp-md5", NULL},
    {"ripemd160", "[GNUPG:] SIG_CREATED D 1 3 00 1795000000 " TEST_FINGERPRINT "\n", 0,
     "pgp-ripemd160", NULL},
    {"among others",
     "[GNUPG:] KEY_CONSIDERED " TEST_FINGERPRINT
     " 2\n[GNUPG:] SIG_CREATED D 22 8 00 1 " TEST_FINGERPRINT "\n[GNUPG:] SUCCESS\n",
     0, "pgp-sha256", NULL},
    {"unknown digest", "[GNUPG:] SIG_CREATED D 22 99 00 1 " TEST_FINGERPRINT "\n", 0, NULL,
     "gpg did not make exactly one signature"},
    {"two",
     "[GNUPG:] SIG_CREATED D 22 8 00 1 " TEST_FINGERPRINT "\n[GNUPG:] SIG_CREATED D 22 8 00 1 x\n",
     0, NULL, "\nHINT: gpg.conf must not name signers of its own (local-user)"},
    {"none", "[GNUPG:] BEGIN_SIGNING H8 " TEST_FINGERPRINT "\n", 0, NULL,
     "gpg did not make exactly one signature"},
    {"cut", "[GNUPG:] SIG_CREATED D 22 8\n", 0, NULL, "gpg did not make exactly one signature"},
    {"another key", "[GNUPG:] SIG_CREATED D 22 8 00 1 0123456789012345678901234567890123456789\n",
     0, NULL, "gpg signed with key 0123456789012345678901234567890123456789 instead of"},
    {"fails late", "[GNUPG:] SIG_CREATED D 22 8 00 1 " TEST_FINGERPRINT "\n", 2, NULL,
     "gpg cannot sign"},
    {"no passphrase", "[GNUPG:] FAILURE sign 67108949\n", 2, NULL,
     "\nHINT: the key is protected by a passphrase"},
    {"bad passphrase", "[GNUPG:] FAILURE sign 67108875\n", 2, NULL,
     "\nHINT: the key is protected by a passphrase"},
    {"no secret key", "[GNUPG:] FAILURE sign 17\n", 2, NULL, "\nHINT: the secret key is not in"},
    {"no agent", "[GNUPG:] FAILURE sign 67108941\n", 2, NULL,
     "\nHINT: install the package gpg-agent"},
};

/* Over the real home, so that the key is found; then with the false gpg. */
static void check(const gchar *home, const MgSigningKey *key, gsize i)
{
    g_autofree gchar *script =
        g_strdup_printf("#!/bin/sh\ncat >&3 <<'END'\n%sEND\necho armored\nexit %d\n",
                        answers[i].status, answers[i].exit_status);
    g_autofree gchar *program = g_build_filename(home, "gpg", NULL);
    g_autofree gchar *path = g_strdup(g_getenv("PATH"));
    g_autofree gchar *false_path = g_strconcat(home, ":", path, NULL);
    g_autoptr(GBytes) content = g_bytes_new_static("x", 1);
    g_autoptr(MgSignature) signature = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = NULL;
    g_autofree gchar *removed = NULL;

    g_assert_true(
        g_file_set_contents_full(program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_setenv("PATH", false_path, TRUE);
    gpg = mg_gpg_new(home, home, NULL);
    signature = mg_signature_make(gpg, key, content, MG_SIGNATURE_DETACHED, MG_SIGNATURE_AGENT_RUNS,
                                  &error);
    g_setenv("PATH", path, TRUE);
    removed = home_script(home, "rm $H/gpg");

    g_test_message("%s: %s", answers[i].name, error != NULL ? error->message : "signed");
    if (answers[i].micalg == NULL) {
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_nonnull(strstr(error->message, answers[i].message));
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(signature->micalg, ==, answers[i].micalg);
    g_assert_cmpstr(signature->fingerprint, ==, TEST_FINGERPRINT);
    g_assert_cmpmem(g_bytes_get_data(signature->armored, NULL),
                    g_bytes_get_size(signature->armored), "armored\n", 8);
}

static void test_answers(void)
{
    g_auto(TestHome) home = home_new();
    g_autoptr(MgGpg) gpg = mg_gpg_new(home, home, NULL);
    g_autoptr(MgSigningKey) key = mg_signing_key_find(gpg, TEST_FINGERPRINT "!", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
        check(home, key, i);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signature/answers", test_answers);
    return g_test_run();
}
