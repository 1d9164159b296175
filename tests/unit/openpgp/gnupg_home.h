/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Throw-away GnuPG home directories for the tests of this folder, made and judged by gpg itself.
 */
#pragma once

#include "base/error.h"
#include "model/settings.h"

#include <string.h>

#define TEST_FINGERPRINT "331ED364DB26C52ABE7D0F4FC00208D622CC7778"

/* Short: the names of sockets are limited to 107 bytes. */
#define HOME_TEMPLATE "/tmp/mg-gnupg-XXXXXX"

/* What is said in scripts: `g ARGUMENTS` is gpg over the home directory $H; `make_key ALGORITHM
 * USAGE EXPIRES PASSPHRASE` and `add_subkey FINGERPRINT ALGORITHM` print a fingerprint, `at TIME`
 * goes before either; `kill_agent`. */
#define PRELUDE                                                                                    \
    "set -e; at=;"                                                                                 \
    "g() { LC_ALL=C gpg --homedir \"$H\" --batch --no-tty --quiet --yes $at \"$@\"; }\n"           \
    "at() { at=\"--faked-system-time $1\"; shift; \"$@\" 2>/dev/null; at=; }\n"                    \
    "parts() { g --with-colons --list-keys 2>/dev/null | awk -F: '$1 == \"fpr\" { print $10 }'; "  \
    "}\n"                                                                                          \
    "kill_agent() { gpgconf --homedir \"$H\" --kill gpg-agent; }\n"                                \
    "new() { parts > \"$H/before\" || true; \"$@\" >/dev/null;"                                    \
    " parts | grep -vxF -f \"$H/before\" | head -1; rm \"$H/before\"; }\n"                         \
    "make_key() { echo s2k-count 65536 > \"$H/gpg-agent.conf\"; new g --pinentry-mode loopback "   \
    "--passphrase \"$4\" --quick-generate-key"                                                     \
    " 'variant <variant@example.com>' $1 $2 $3; [ -z \"$4\" ] || kill_agent; }\n"                  \
    "add_subkey() { new g --pinentry-mode loopback --passphrase '' --quick-add-key $1 $2"          \
    " ${3:-sign} ${4:-never}; }\n"

/* What the script prints, without its last line break; it must succeed. (transfer full) */
static inline gchar *home_script(const gchar *home, const gchar *script)
{
    g_autofree gchar *whole = g_strconcat(PRELUDE, script, NULL);
    const gchar *arguments[] = {"/bin/sh", "-c", whole, NULL};
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "H", home, TRUE);
    g_autoptr(GError) error = NULL;
    g_autofree gchar *words = NULL;
    gchar *output = NULL;
    gint status;

    g_spawn_sync(NULL, (gchar **)arguments, environment, G_SPAWN_DEFAULT, NULL, NULL, &output,
                 &words, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("%s: %s%s", script, output, words);
    return g_strchomp(output);
}

static inline gchar *home_new_empty(void)
{
    gchar *home = g_mkdtemp(g_strdup(HOME_TEMPLATE));

    g_assert_nonnull(home);
    return home;
}

/* With the insecure test key. */
static inline gchar *home_new(void)
{
    gchar *home = home_new_empty();
    g_autofree gchar *key =
        g_test_build_filename(G_TEST_DIST, "..", "support", "insecure-test-key.asc", NULL);
    g_autofree gchar *script = g_strdup_printf("g --import '%s'", key);
    g_autofree gchar *output = home_script(home, script);

    return home;
}

/* Ends the agent of this directory alone. */
static inline void home_free(gchar *home)
{
    g_autofree gchar *output = NULL;

    if (home == NULL)
        return;
    output = home_script(home, "kill_agent || true; gpgconf --homedir \"$H\" --remove-socketdir "
                               "2>/dev/null || true; chmod -R u+rwX \"$H\"; rm -rf -- \"$H\"");
    g_free(home);
}

static inline void home_configure(const gchar *home, const gchar *conf)
{
    g_autofree gchar *path = g_build_filename(home, "gpg.conf", NULL);

    g_assert_true(g_file_set_contents(path, conf, -1, NULL));
}

/* Whether gpg says Good to the detached signature. */
static inline gboolean home_verifies(const gchar *home, GBytes *content, GBytes *signature)
{
    g_autofree gchar *content_path = g_build_filename(home, "content", NULL);
    g_autofree gchar *signature_path = g_build_filename(home, "content.asc", NULL);
    g_autofree gchar *output = NULL;
    gsize size;
    const gchar *bytes = g_bytes_get_data(content, &size);

    g_assert_true(
        g_file_set_contents(content_path, bytes != NULL ? bytes : "", (gssize)size, NULL));
    bytes = g_bytes_get_data(signature, &size);
    g_assert_true(g_file_set_contents(signature_path, bytes, (gssize)size, NULL));
    output = home_script(
        home, "cd \"$H\"; g --no-options --status-fd 1 --verify content.asc content 2>/dev/null "
              "| grep '] GOODSIG ' || true");
    return *output != '\0';
}

static inline MgOpenpgpSettings home_settings(const gchar *home, const gchar *key)
{
    MgOpenpgpSettings settings = {TRUE, (gchar *)home, (gchar *)key};

    return settings;
}

typedef gchar *TestHome;
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(TestHome, home_free, NULL)
