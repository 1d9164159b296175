/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/keyring.h"

#include "gnupg_home.h"

#include "base/log.h"
#include "openpgp/agent.h"
#include "openpgp/keyring_private.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUBPROCESS_HOME "MG_TEST_HOME"
#define WAIT_MS 10000

static MgKeyring *open_keyring(const gchar *home, const gchar *key, guint n, GError **error)
{
    MgOpenpgpSettings settings = home_settings(home, key);

    return mg_keyring_open(&settings, n, error);
}

static void assert_setup_error(const gchar *home, const gchar *key, const gchar *message,
                               const gchar *hint)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = open_keyring(home, key, 2, &error);

    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_null(keyring);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_nonnull(strstr(error->message, hint));
}

static void test_wrong_home(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *missing = g_build_filename(home, "missing", NULL);
    g_autofree gchar *file = g_build_filename(home, "file", NULL);
    g_autofree gchar *keyring = g_build_filename(home, "pubring.kbx", NULL);
    g_autofree gchar *kept = NULL;
    static const gchar hint[] = "\nHINT: set openpgp.gnupg_home to the directory that holds the "
                                "signing key";

    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    assert_setup_error(missing, TEST_FINGERPRINT, "/missing': No such file or directory", hint);
    assert_setup_error(file, TEST_FINGERPRINT, "/file' is no directory", hint);
    assert_setup_error(home, TEST_FINGERPRINT, "' holds no keyring", hint);
    g_assert_false(g_file_test(keyring, G_FILE_TEST_EXISTS));
    kept = home_script(home, "g --list-keys");
    assert_setup_error(home, TEST_FINGERPRINT, "no key '" TEST_FINGERPRINT "' in gnupg home '/tmp",
                       "\nHINT: compare openpgp.signing_key");
    assert_setup_error(home, NULL, "openpgp.signing_key is empty", "\nHINT: ");
}

static void test_unreadable_home(void)
{
    g_auto(TestHome) home = home_new_empty();

    if (geteuid() == 0) {
        g_test_skip("root may read everything");
        return;
    }
    g_assert_cmpint(g_chmod(home, 0), ==, 0);
    assert_setup_error(home, TEST_FINGERPRINT, "cannot be read: Permission denied",
                       "\nHINT: it must belong to the user");
    g_assert_cmpint(g_chmod(home, 0700), ==, 0);
}

/* Told at once, with nobody asked. */
static void test_passphrase(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *key = home_script(home, "make_key ed25519 sign never secret");
    gint64 start = g_get_monotonic_time();

    assert_setup_error(home, key, "gpg cannot sign, it says 'signing failed: No pinentry'",
                       "\nHINT: the key is protected by a passphrase");
    g_assert_cmpint(g_get_monotonic_time() - start, <, 30 * G_USEC_PER_SEC);
}

static void test_passphrase_file(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *key =
        home_script(home, "make_key ed25519 sign never secret; echo secret > $H/pw; printf "
                          "'pinentry-mode loopback\\npassphrase-file %s\\n' $H/pw > $H/gpg.conf");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = open_keyring(home, key, 1, &error);

    g_assert_no_error(error);
}

static void test_public_only(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *removed = home_script(home, "rm -r $H/private-keys-v1.d; kill_agent");

    assert_setup_error(home, TEST_FINGERPRINT, "No secret key",
                       "\nHINT: the secret key is not in openpgp.gnupg_home");
}

static void test_signers_in_options(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *second = home_script(
        home, "k=$(make_key ed25519 sign never ''); echo \"local-user $k\" > $H/gpg.conf");

    assert_setup_error(home, TEST_FINGERPRINT,
                       "gpg.conf cannot be used: gpg did not make exactly one signature",
                       "\nHINT: gpg.conf must not name signers of its own (local-user)");
}

/* What gpg cannot read, what keeps it from finding or using the key, and what makes it sign something
 * else than it is given or in a way that it does not accept itself. */
static const struct {
    const gchar *conf;
    const gchar *words;
} unusable_options[] = {
    {"digest-algo NONSENSE\n", "selected digest algorithm is invalid"},
    {"personal-digest-preferences NONSENSE\n", "invalid personal digest preferences"},
    {"display-charset nonsense\n", "is not a valid character set"},
    {"default-sig-expire nonsense\n", "is not a valid signature expiration"},
    {"sig-notation nonsense=x\n", "must contain the"},
    {"list-keys\n", "conflicting commands"},
    {"keyring /nonexistent/ring\n", "/nonexistent/ring"},
    {"compliance de-vs\n", "may not be used for signing in --compliance=de-vs mode"},
    {"passphrase-fd 0\n", "does not take its own signature for good, it says 'Signature made"},
    {"passphrase-fd 0\n", "BAD signature"},
    {"digest-algo MD5\n", "signatures using the MD5 algorithm are rejected"},
};

static void test_unusable_options(void)
{
    g_auto(TestHome) home = home_new();

    for (gsize i = 0; i < G_N_ELEMENTS(unusable_options); i++) {
        g_test_message("%s", unusable_options[i].conf);
        home_configure(home, unusable_options[i].conf);
        assert_setup_error(home, TEST_FINGERPRINT, "gpg.conf cannot be used: gpg",
                           "\nHINT: mend gpg.conf in gnupg home '/tmp/mg-gnupg-");
        assert_setup_error(home, TEST_FINGERPRINT, unusable_options[i].words, "");
    }
    home_configure(home, "");
}

/* A keyring elsewhere is known from gpg.conf only, and a test signature is verified with it. */
static void test_keyring_elsewhere(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *moved = home_script(
        home, "mv $H/pubring.kbx $H/other.kbx; printf 'no-default-keyring\nkeyring %s/other.kbx\n' "
              "$H > $H/gpg.conf");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = open_keyring(home, TEST_FINGERPRINT, 1, &error);
    g_autofree gchar *back = home_script(home, "mv $H/other.kbx $H/pubring.kbx; rm $H/gpg.conf");

    g_assert_no_error(error);
}

static gboolean is_alive(GPid pid)
{
    g_autofree gchar *path = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree gchar *text = NULL;

    /* A dead process may wait for long until an init that takes its time reaps it. */
    return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, ") Z ") == NULL;
}

static gboolean vanishes(GPid pid, const gchar *path)
{
    for (guint ms = 0; ms < WAIT_MS; ms += 10) {
        if (!is_alive(pid) && !g_file_test(path, G_FILE_TEST_EXISTS))
            return TRUE;
        g_usleep(10 * 1000);
    }
    return FALSE;
}

static void test_agents_end(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *killed = home_script(home, "kill_agent");
    g_autoptr(GError) error = NULL;
    MgKeyring *keyring = open_keyring(home, TEST_FINGERPRINT, 1, &error);
    g_autofree gchar *agent_home = NULL;
    g_autofree gchar *root = NULL;
    GPid pid;

    g_assert_no_error(error);
    agent_home = g_strdup(mg_keyring_agent(keyring, 0)->home);
    root = g_path_get_dirname(agent_home);
    pid = mg_agent_pid(agent_home);
    g_assert_cmpint(pid, >, 0);
    g_assert_true(is_alive(pid));
    g_assert_cmpstr(agent_home, !=, home);
    /* The site's own agent was not needed, so it was not started. */
    g_assert_cmpint(mg_agent_pid(home), ==, 0);

    mg_keyring_free(keyring);
    g_assert_false(is_alive(pid));
    g_assert_false(g_file_test(root, G_FILE_TEST_EXISTS));
}

static void test_site_agent_is_left_alone(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *started = home_script(home, "g --detach-sign --output $H/x $H/pubring.kbx");
    GPid pid = mg_agent_pid(home);
    g_autoptr(GError) error = NULL;
    MgKeyring *keyring = open_keyring(home, TEST_FINGERPRINT, 2, &error);

    g_assert_no_error(error);
    g_assert_cmpint(pid, >, 0);
    mg_keyring_free(keyring);
    g_assert_cmpint(mg_agent_pid(home), ==, pid);
}

static void keep_log(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                     const MgLogField *fields, gpointer user_data)
{
    g_string_append_printf(user_data, "%s %s\n", mg_log_level_name(level), message);
}

/* gpg goes on without an option that it does not know, so this is no error; but it is told. */
static void test_words_of_gpg_are_told(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *message =
        g_strdup_printf("INFO gpg signs and says '%s/gpg.conf:2: invalid option'\n", home);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;

    home_configure(home, "no-greeting\nno-such-option\n");
    mg_log_set_writer(keep_log, log);
    keyring = open_keyring(home, TEST_FINGERPRINT, 1, &error);
    mg_log_set_writer(NULL, NULL);
    g_assert_no_error(error);
    g_assert_cmpstr(log->str, ==, message);
    home_configure(home, "");
}

/* The passphrase is in the cache of the site's agent: only that one can sign. */
static void test_only_site_agent_can(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *key = home_script(
        home, "k=$(make_key ed25519 sign never secret); echo $k; g --pinentry-mode loopback "
              "--passphrase secret --local-user $k --detach-sign --output $H/x $H/pubring.kbx");
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    MgKeyring *keyring;

    mg_log_set_writer(keep_log, log);
    keyring = open_keyring(home, key, 4, &error);
    mg_log_set_writer(NULL, NULL);
    g_assert_no_error(error);
    g_assert_cmpuint(mg_keyring_n_agents(keyring), ==, 1);
    g_assert_cmpstr(mg_keyring_agent(keyring, 0)->home, ==, home);
    g_assert_nonnull(strstr(log->str, "INFO the site's own gpg-agent makes all signatures"));
    g_assert_nonnull(strstr(log->str, "INFO signatures are made by gpg-agent, asked directly"));
    g_assert_nonnull(strstr(log->str, "it is protected by a passphrase"));
    g_assert_null(strstr(log->str, "HINT"));
    mg_keyring_free(keyring);
    g_assert_cmpint(mg_agent_pid(home), >, 0);
}

/* Who signs is told where it is not the fastest that was allowed, and nothing where it is. */
static const struct {
    const gchar *algorithm; /* (nullable): the test key */
    const gchar *conf;
    MgSigningMethod method;
    MgMethodKind kind;
    const gchar *words; /* (nullable) */
} methods[] = {
    {NULL, "", MG_SIGNING_AUTO, MG_METHOD_HOLDER, NULL},
    {NULL, "", MG_SIGNING_AGENT, MG_METHOD_AGENT, NULL},
    {NULL, "", MG_SIGNING_GPG, MG_METHOD_GPG, NULL},
    {NULL, "textmode\n", MG_SIGNING_AUTO, MG_METHOD_GPG, "of a kind that only gpg can make"},
    {NULL, "textmode\n", MG_SIGNING_GPG, MG_METHOD_GPG, NULL},
    {NULL, "digest-algo SHA1\n", MG_SIGNING_AUTO, MG_METHOD_GPG,
     "of a kind that only gpg can make"},
    {NULL, "digest-algo SHA224\n", MG_SIGNING_AGENT, MG_METHOD_GPG, "that only gpg can make"},
    {NULL, "default-sig-expire 3d\n", MG_SIGNING_AUTO, MG_METHOD_HOLDER, NULL},
    {NULL, "default-sig-expire 2099-12-31\n", MG_SIGNING_AUTO, MG_METHOD_GPG,
     "its signatures are not those that gpg makes"},
    {NULL, "faked-system-time 20260601T000000\n", MG_SIGNING_AUTO, MG_METHOD_GPG,
     "gpg takes another time for the present"},
    {"nistp256", "", MG_SIGNING_AUTO, MG_METHOD_AGENT, "neither an RSA nor an Ed25519 key"},
    {"dsa2048", "", MG_SIGNING_AUTO, MG_METHOD_GPG, "of a kind that only gpg can make"},
};

static void check_method(gsize i)
{
    g_auto(TestHome) home = methods[i].algorithm == NULL ? home_new() : home_new_empty();
    g_autofree gchar *make = g_strdup_printf("make_key %s sign never ''", methods[i].algorithm);
    g_autofree gchar *made = methods[i].algorithm != NULL ? home_script(home, make) : NULL;
    MgOpenpgpSettings settings = home_settings(home, made != NULL ? made : TEST_FINGERPRINT);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;
    g_autofree gchar *description = NULL;

    home_configure(home, methods[i].conf);
    settings.method = methods[i].method;
    mg_log_set_writer(keep_log, log);
    keyring = mg_keyring_open(&settings, 1, &error);
    mg_log_set_writer(NULL, NULL);
    g_assert_no_error(error);
    description = mg_keyring_describe_method(keyring);
    g_test_message("%zu %s: %s", i, methods[i].conf, description);
    g_assert_cmpint(mg_keyring_method(keyring)->kind, ==, methods[i].kind);
    if (methods[i].words == NULL) {
        g_assert_null(strstr(log->str, "signatures are made"));
        return;
    }
    g_assert_nonnull(strstr(description, methods[i].words));
    g_assert_nonnull(strstr(log->str, description));
    g_assert_cmpuint(strcspn(log->str, "\n") + 1, ==, log->len);
}

static void test_methods(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        check_method(i);
}

static void test_n_agents(void)
{
    g_auto(TestHome) home = home_new();
    const guint wanted[] = {0, 1, 2, 1000};

    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgKeyring) keyring = open_keyring(home, TEST_FINGERPRINT, wanted[i], &error);

        g_assert_no_error(error);
        g_assert_cmpuint(mg_keyring_n_agents(keyring), ==,
                         CLAMP(wanted[i], 1, g_get_num_processors()));
        g_assert_cmpstr(mg_keyring_fingerprint(keyring), ==, TEST_FINGERPRINT);
    }
}

static void test_open_permissions_are_told(void)
{
    g_auto(TestHome) home = home_new();
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;

    g_assert_cmpint(g_chmod(home, 0755), ==, 0);
    mg_log_set_writer(keep_log, log);
    keyring = open_keyring(home, TEST_FINGERPRINT, 1, &error);
    mg_log_set_writer(NULL, NULL);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(log->str, "is open to other users (mode 0755); chmod 700 closes it"));
}

/* Nothing is written in the site's home directory, so one that cannot be written serves. (But for
 * the first signature of a key that was imported: an agent, whichever, then brings its file into
 * the format of its own.) */
static void test_site_home_stays_as_it_was(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *before =
        home_script(home, "g --detach-sign --output $H/../x-$$ $H/pubring.kbx; rm $H/../x-$$; "
                          "kill_agent; sleep 0.1; cd $H; find . -ls; cat pubring.kbx trustdb.gpg "
                          "private-keys-v1.d/* | sha256sum");
    g_autoptr(GError) error = NULL;
    MgKeyring *keyring;
    g_autofree gchar *after = NULL;

    g_assert_cmpint(g_chmod(home, 0500), ==, 0);
    keyring = open_keyring(home, TEST_FINGERPRINT, 2, &error);
    g_assert_no_error(error);
    mg_keyring_free(keyring);
    g_assert_cmpint(g_chmod(home, 0700), ==, 0);
    after =
        home_script(home, "cd $H; find . -ls; cat pubring.kbx trustdb.gpg private-keys-v1.d/* | "
                          "sha256sum");
    g_assert_cmpstr(after, ==, before);
}

/* In a process of its own: opens a keyring, says where, and is killed. */
static void killed_in_subprocess(void)
{
    const gchar *home = g_getenv(SUBPROCESS_HOME);
    g_autofree gchar *path = g_build_filename(home, "agent", NULL);
    g_autofree gchar *text = NULL;
    MgKeyring *keyring = open_keyring(home, TEST_FINGERPRINT, 1, NULL);
    const gchar *agent_home = mg_keyring_agent(keyring, 0)->home;

    text = g_strdup_printf("%d %s", mg_agent_pid(agent_home), agent_home);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    kill(getpid(), SIGKILL);
}

static void test_killed(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *path = g_build_filename(home, "agent", NULL);
    g_autofree gchar *text = NULL;
    g_auto(GStrv) words = NULL;

    g_setenv(SUBPROCESS_HOME, home, TRUE);
    g_test_trap_subprocess("/keyring/killed/subprocess", 0, 0);
    g_assert_false(g_test_trap_has_passed());
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    words = g_strsplit(text, " ", 2);
    g_assert_cmpint(atoi(words[0]), >, 0);
    g_assert_true(vanishes(atoi(words[0]), words[1]));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keyring/wrong-home", test_wrong_home);
    g_test_add_func("/keyring/unreadable-home", test_unreadable_home);
    g_test_add_func("/keyring/passphrase", test_passphrase);
    g_test_add_func("/keyring/passphrase-file", test_passphrase_file);
    g_test_add_func("/keyring/public-only", test_public_only);
    g_test_add_func("/keyring/signers-in-options", test_signers_in_options);
    g_test_add_func("/keyring/unusable-options", test_unusable_options);
    g_test_add_func("/keyring/keyring-elsewhere", test_keyring_elsewhere);
    g_test_add_func("/keyring/words-of-gpg-are-told", test_words_of_gpg_are_told);
    g_test_add_func("/keyring/agents-end", test_agents_end);
    g_test_add_func("/keyring/site-agent-is-left-alone", test_site_agent_is_left_alone);
    g_test_add_func("/keyring/only-site-agent-can", test_only_site_agent_can);
    g_test_add_func("/keyring/methods", test_methods);
    g_test_add_func("/keyring/n-agents", test_n_agents);
    g_test_add_func("/keyring/open-permissions-are-told", test_open_permissions_are_told);
    g_test_add_func("/keyring/site-home-stays-as-it-was", test_site_home_stays_as_it_was);
    g_test_add_func("/keyring/killed/subprocess", killed_in_subprocess);
    g_test_add_func("/keyring/killed", test_killed);
    return g_test_run();
}
