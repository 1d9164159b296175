/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/known_keys.h"

#include <string.h>

static void test_table(void)
{
    gsize n_keys = 0;
    const MgKnownKey *keys = mg_known_keys(&n_keys);

    for (gsize i = 0; i < n_keys; i++) {
        const gchar *dot = strrchr(keys[i].path, '.');
        g_autofree gchar *wanted = mg_known_keys_wanted(&keys[i]);

        g_test_message("%s", keys[i].path);
        g_assert_true(mg_known_keys_find(keys[i].path) == &keys[i]);
        if (dot != NULL) { /* its object stands before it */
            g_autofree gchar *parent = g_strndup(keys[i].path, (gsize)(dot - keys[i].path));
            const MgKnownKey *object = mg_known_keys_find(parent);
            g_assert_nonnull(object);
            g_assert_cmpint(object->kind, ==, MG_KEY_OBJECT);
            g_assert_true(object < &keys[i]);
        }
        g_assert_true((keys[i].kind == MG_KEY_CHOICE) == (keys[i].choices != NULL));
        g_assert_true((keys[i].kind == MG_KEY_INTEGER) == (keys[i].maximum > 0));
        if (keys[i].kind == MG_KEY_SECRET_FILE) /* named after its secret, which stands before it */
            g_assert_true(g_str_has_suffix(keys[i].path, ".password_file") &&
                          keys[i - 1].kind == MG_KEY_SECRET &&
                          keys[i - 1].offset == keys[i].offset);
    }
}

static const struct {
    const gchar *path;
    const gchar *guess;
} guess_cases[] = {
    {"saftey", "safety"},
    {"Safety", "safety"},
    {"worker", "workers"},
    {"smtpp", "smtp"},
    {"smtp.prot", "smtp.port"},
    {"smtp.ports", "smtp.port"},
    {"smtp.prots", NULL},
    {"smtp.port", NULL}, /* no slip */
    {"port", NULL},
    {"database.event.hos", "database.event.host"},
    {"smtp.nam", NULL}, /* known elsewhere only */
    {"", NULL},
    {"smtp.", NULL},
};

static void test_guess(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(guess_cases); i++) {
        const MgKnownKey *guess = mg_known_keys_guess(guess_cases[i].path);
        g_test_message("%s", guess_cases[i].path);
        g_assert_cmpstr(guess == NULL ? NULL : guess->path, ==, guess_cases[i].guess);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/known-keys/table", test_table);
    g_test_add_func("/known-keys/guess", test_guess);
    return g_test_run();
}
