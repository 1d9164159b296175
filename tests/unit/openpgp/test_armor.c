/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/armor.h"

#include "gnupg_home.h"

static GBytes *bytes_of(const gchar *text)
{
    return g_bytes_new(text, strlen(text));
}

/* What gpg makes of any length, with and without lines in the head, is read and written the same. */
static void test_same_as_gpg(void)
{
    g_auto(TestHome) home = home_new();
    static const gchar *const options[] = {"", "emit-version\n",
                                           "comment Größe: äöü\ncomment two\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree gchar *armored = NULL;
        g_autofree gchar *text = NULL;
        g_autofree gchar *head = NULL;
        g_autoptr(GBytes) bytes = NULL;
        g_autoptr(GBytes) data = NULL;
        g_autoptr(GBytes) again = NULL;

        home_configure(home, options[i]);
        armored = home_script(home, "echo x | g --armor --detach-sign");
        text = g_strconcat(armored, "\n", NULL);
        bytes = bytes_of(text);
        data = mg_armor_read(bytes, &head);
        g_assert_nonnull(data);
        again = mg_armor_write(head, data);
        g_assert_true(g_bytes_equal(again, bytes));
    }
}

static void test_every_length(void)
{
    static const gchar head[] = "-----BEGIN PGP SIGNATURE-----\n\n";

    for (gsize size = 1; size < 200; size++) {
        g_autoptr(GBytes) data = g_bytes_new_take(g_strnfill(size, (gchar)size), size);
        g_autoptr(GBytes) text = mg_armor_write(head, data);
        g_autofree gchar *kept = NULL;
        g_autoptr(GBytes) again = mg_armor_read(text, &kept);

        g_assert_cmpstr(kept, ==, head);
        g_assert_true(g_bytes_equal(again, data));
    }
}

static const gchar *const wrong[] = {
    "",
    "\n\n",
    "-----BEGIN PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\n",
    "-----BEGIN PGP SIGNATURE-----\n\niA==\n=wrng\n-----END PGP SIGNATURE-----\n",
    "-----BEGIN PGP SIGNATURE-----\n\n=twTO\n-----END PGP SIGNATURE-----\n\n",
    "-----BEGIN PGP SIGNATURE-----\r\n\r\n=twTO\r\n-----END PGP SIGNATURE-----\r\n",
    "-----BEGIN PGP MESSAGE-----\n\n=twTO\n-----END PGP MESSAGE-----\n",
};

static void test_wrong(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GBytes) text = bytes_of(wrong[i]);
        g_autofree gchar *head = NULL;

        g_assert_null(mg_armor_read(text, &head));
        g_assert_null(head);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/armor/same-as-gpg", test_same_as_gpg);
    g_test_add_func("/armor/every-length", test_every_length);
    g_test_add_func("/armor/wrong", test_wrong);
    return g_test_run();
}
