/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * sign_content HOME KEY METHOD [N] – opens the keyring as a run would, for N signers (1). Prints a line
 * with who signs; then, for each line of standard input, the name of a file to sign, a line "MICALG
 * FILE.asc" once that is written, or "failed" with the reason.
 */
#include "openpgp/signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static MgSigningMethod method_of(const gchar *name)
{
    if (g_str_equal(name, "agent"))
        return MG_SIGNING_AGENT;
    return g_str_equal(name, "gpg") ? MG_SIGNING_GPG : MG_SIGNING_AUTO;
}

static void sign_file(MgSigner *signer, const gchar *path)
{
    g_autofree gchar *target = g_strconcat(path, ".asc", NULL);
    g_autofree gchar *micalg = NULL;
    g_autoptr(GBytes) signature = NULL;
    g_autoptr(GBytes) content = NULL;
    g_autoptr(GError) error = NULL;
    gchar *text;
    gsize size;

    if (g_file_get_contents(path, &text, &size, &error)) {
        content = g_bytes_new_take(text, size);
        signature = mg_signer_detach(signer, content, &micalg, &error);
    }
    if (signature != NULL) {
        text = (gchar *)g_bytes_get_data(signature, &size);
        g_file_set_contents(target, text, (gssize)size, &error);
    }
    if (error == NULL)
        printf("%s %s\n", micalg, target);
    else
        printf("failed %.*s\n", (int)strcspn(error->message, "\n"), error->message);
}

int main(int argc, char *argv[])
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;
    g_autoptr(MgSigner) signer = NULL;
    g_autofree gchar *method = NULL;
    MgOpenpgpSettings settings = {.always_sign = TRUE};
    char line[4096];

    if (argc < 4)
        return 2;
    settings.gnupg_home = argv[1];
    settings.signing_key = argv[2];
    settings.method = method_of(argv[3]);
    keyring = mg_keyring_open(&settings, argc > 4 ? (guint)atoi(argv[4]) : 1, &error);
    signer = keyring != NULL ? mg_signer_new(keyring, &error) : NULL;
    if (signer == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    method = mg_keyring_describe_method(keyring);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%s\n", method);
    while (fgets(line, sizeof line, stdin) != NULL)
        sign_file(signer, g_strchomp(line));
    return 0;
}
