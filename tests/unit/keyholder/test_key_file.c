/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "keyholder/key_file.h"

#include <glib.h>
#include <string.h>

#define RSA "(n #0F#)(e #03#)(d #0b#)(p #03#)(q #05#)(u #02#)"
#define CARD "it is on a card"
#define KIND "it is neither an RSA nor an Ed25519 key"
#define PROTECTED "it is protected by a passphrase"
#define NO_KEY "it is no private key that this program can read"

/* As imported, and not used since. */
#define NATIVE_RSA(flag, protection)                                                               \
    "Key: (protected-private-key (rsa (n #0F#)(e #03#)(protected openpgp-native "                  \
    "(openpgp-private-key (version \"4\")(algo RSA)(skey _ #0F# _ #03# " flag                      \
    " #0b# _ #03# _ #05# _ #02#)(csum \"15423\")(protection " protection ")))))\n"
#define NATIVE_ECC                                                                                 \
    "(protected-private-key (ecc (curve Ed25519)(flags eddsa)(q #40#)(protected openpgp-native "   \
    "(openpgp-private-key (version \"4\")(algo EDDSA)(curve Ed25519)(skey _ #40# _ "

static const struct {
    const gchar *text;
    const gchar *why; /* NULL: it is read */
    const gchar *d;
} files[] = {
    {"(11:private-key(3:rsa(1:n1:\x0f)(1:e1:\x03)(1:d1:\x0b)(1:p1:\x03)(1:q1:\x05)(1:u1:\x02)))",
     NULL, "\x0b"},
    {"(11:private-key(3:ecc(5:curve7:Ed25519)(5:flags5:eddsa)(1:q1:)(1:d3:)()))", NO_KEY, NULL},
    {"(11:private-key(3:ecc(5:curve7:Ed25519)(5:flags5:eddsa)(1:q2:)))(1:d3:)())))", NULL, ")()"},
    {"(private-key (rsa " RSA "))", NULL, "\x0b"},
    {"Created: 20261129T001422\nKey: (private-key (rsa " RSA ")\n )\n", NULL, "\x0b"},
    {"# comment\n\nkey:(private-key\n (ecc (curve Ed25519)(flags eddsa)(q\n  #40#)(d #41 4\n 2#)\n "
     "))\n"
     "Label: Key: (x)\n",
     NULL, "AB"},
    {"Key: (private-key (rsa " RSA " (comment \"a \\\") b\")))\n", NULL, "\x0b"},
    {"Key: (private-key (rsa " RSA ") (created-at \"20200101T000000\"))\n", NULL, "\x0b"},
    {"(21:protected-private-key(3:rsa(1:n1:x)(9:protected25:openpgp-s2k3-sha1-aes-cbc()())))",
     PROTECTED, NULL},
    {"(21:protected-private-key(3:rsa(1:n1:x)))", NO_KEY, NULL},
    {NATIVE_RSA("_", "none"), NULL, "\x0b"},
    {NATIVE_RSA("e", "sha1 aes #00# 3 sha1 #00# \"9\""), PROTECTED, NULL},
    {NATIVE_RSA("_", "sum"), PROTECTED, NULL},
    {NATIVE_ECC "#4142#)(csum \"1\")(protection none)))))", NULL, "AB"},
    {NATIVE_ECC "#4142#)(csum \"1\")))))", PROTECTED, NULL},
    {NATIVE_ECC "#4142# _)(protection none)))))", NO_KEY, NULL},
    {NATIVE_ECC ")(protection none)))))", NO_KEY, NULL},
    {NATIVE_ECC "#4142#)(protection none", NO_KEY, NULL},
    {NATIVE_ECC "#4142#", NO_KEY, NULL},
    {"(protected-private-key (ecc (protected openpgp-native (openpgp-private-key (protection "
     "none)))))",
     KIND, NULL},
    {"(protected-private-key (rsa (protected openpgp-native (openpgp-private-key (protection "
     "none)))))",
     NO_KEY, NULL},
    {"(20:shadowed-private-key(3:rsa(1:n1:x)))", CARD, NULL},
    {"(private-key (ecc (curve \"NIST P-256\")(q #04#)(d #01#)))", KIND, NULL},
    {"(private-key (ecc (curve Ed25519)(d #01#)))", KIND, NULL},
    {"(private-key (dsa (p #01#)))", KIND, NULL},
    {"(private-key (rsa (n #0F#)(e #03#)(d #0b#)))", NO_KEY, NULL},
    {"(private-key (rsa " RSA, NO_KEY, NULL},
    {"(private-key (rsa (n #0#)))", NO_KEY, NULL},
    {"(private-key (rsa (n #0", NO_KEY, NULL},
    {"(private-key (rsa (n \"abc", NO_KEY, NULL},
    {"(private-key (rsa (n \"abc\\", NO_KEY, NULL},
    {"(private-key (rsa (n 9999999999999999999999:", NO_KEY, NULL},
    {"(private-key (rsa (n 18446744073709551617:a", NO_KEY, NULL},
    {"(private-key (rsa ((n #00#))))", NO_KEY, NULL},
    {"(private-key (rsa (n #00# ((((((((((((((((((((((((((", NO_KEY, NULL},
    {"(11:private-key)", NO_KEY, NULL},
    {"Created: x\n", NO_KEY, NULL},
    {"Key:", NO_KEY, NULL},
    {"Key: \n", NO_KEY, NULL},
    {"", NO_KEY, NULL},
    {"(", NO_KEY, NULL},
};

static void test_files(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        gsize length = strlen(files[i].text);
        /* Exactly as large, so that sanitizers see what is read behind it. */
        g_autofree unsigned char *copy = g_memdup2(files[i].text, length);
        MgKeyFile key;
        const gchar *why = mg_key_file_read(copy, length, &key);

        g_test_message("%s", files[i].text);
        g_assert_cmpstr(why, ==, files[i].why);
        if (why == NULL)
            g_assert_cmpmem(key.d.bytes, key.d.length, files[i].d, strlen(files[i].d));
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/key_file/files", test_files);
    return g_test_run();
}
