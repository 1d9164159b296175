/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signer.h"

#include "gnupg_home.h"

#include "base/log.h"
#include "openpgp/agent.h"
#include "openpgp/keyring_private.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const gchar *conf;
    MgSigningMethod method;
    MgMethodKind kind;
} Case;

typedef struct {
    gchar *home;
    MgKeyring *keyring;
    MgSigner *signer;
} Fixture;

static const Case holder = {NULL, MG_SIGNING_AUTO, MG_METHOD_HOLDER};
static const Case agent = {NULL, MG_SIGNING_AGENT, MG_METHOD_AGENT};
static const Case gpg = {NULL, MG_SIGNING_GPG, MG_METHOD_GPG};
static const Case configured = {"personal-digest-preferences SHA384\ncomment CERT Example\n",
                                MG_SIGNING_AUTO, MG_METHOD_HOLDER};

static void open_fixture(Fixture *fixture, const gchar *key, MgSigningMethod method)
{
    MgOpenpgpSettings settings = home_settings(fixture->home, key);
    g_autoptr(GError) error = NULL;

    settings.method = method;
    fixture->keyring = mg_keyring_open(&settings, 1, &error);
    g_assert_no_error(error);
    fixture->signer = mg_signer_new(fixture->keyring, &error);
    g_assert_no_error(error);
}

static void close_fixture(Fixture *fixture)
{
    g_clear_pointer(&fixture->signer, mg_signer_free);
    g_clear_pointer(&fixture->keyring, mg_keyring_free);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    const Case *given = data;

    fixture->home = home_new();
    if (given->conf != NULL)
        home_configure(fixture->home, given->conf);
    open_fixture(fixture, TEST_FINGERPRINT, given->method);
    g_assert_cmpint(mg_keyring_method(fixture->keyring)->kind, ==, given->kind);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    close_fixture(fixture);
    home_free(fixture->home);
}

static gchar *text_of(GBytes *bytes)
{
    gsize size;
    const gchar *text = g_bytes_get_data(bytes, &size);

    return g_strndup(text, size);
}

static void assert_signs(Fixture *fixture, GBytes *content)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *micalg = NULL;
    g_autoptr(GBytes) signature = mg_signer_detach(fixture->signer, content, &micalg, &error);

    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(micalg, "pgp-sha"));
    g_assert_true(home_verifies(fixture->home, content, signature));
}

/* What gpg is given could be taken for its options, its status lines or the end of its input. */
static const struct {
    const gchar *name;
    const gchar *text;
} contents[] = {
    {"a mail", "Content-Type: text/plain\r\n\r\nDear Sir or Madam\r\n"},
    {"nothing", ""},
    {"no line end", "x"},
    {"trailing blanks", "x \t \r\n\r\n"},
    {"bare line ends", "a\nb\rc\r\n"},
    {"status lines", "[GNUPG:] SIG_CREATED D 1 2 00 1 0000\r\n[GNUPG:] FAILURE sign 85\r\n"},
    {"options", "--local-user somebody\r\n-\r\n"},
    {"a signature", "-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n-----END PGP SIGNATURE-----\r\n"},
    {"bytes", "\xff\xfe\x01\x1a\x04"},
};

static void test_detach(Fixture *fixture, gconstpointer data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(GBytes) content = g_bytes_new_static(contents[i].text, strlen(contents[i].text));

        g_test_message("%s", contents[i].name);
        assert_signs(fixture, content);
    }
}

static void test_detach_long_then_short(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_take(g_strnfill(5000000, 'x'), 5000000);
    g_autoptr(GBytes) rest = g_bytes_new_from_bytes(content, 0, 3);

    assert_signs(fixture, content);
    assert_signs(fixture, rest);
}

static void test_detach_has_crlf(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
    g_autoptr(GBytes) signature = mg_signer_detach(fixture->signer, content, NULL, NULL);
    g_autofree gchar *text = text_of(signature);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);

    g_assert_cmpstr(lines[0], ==, "-----BEGIN PGP SIGNATURE-----");
    g_assert_cmpstr(lines[1], ==, "");
    g_assert_true(g_str_has_suffix(text, "\r\n-----END PGP SIGNATURE-----\r\n"));
    for (gchar **line = lines; *line != NULL; line++)
        g_assert_null(strpbrk(*line, "\r\n"));
}

static const struct {
    const gchar *path;
    const gchar *conf;
    const gchar *micalg;
    const gchar *line; /* (nullable) of the armor */
    const gchar *no_line;
} options[] = {
    {"none", "", NULL, NULL, "Version:"},
    {"sha256", "personal-digest-preferences SHA256\n", "pgp-sha256", NULL, "Version:"},
    {"sha384", "personal-digest-preferences SHA384 SHA512\n", "pgp-sha384", NULL, "Version:"},
    {"sha512", "personal-digest-preferences SHA512", "pgp-sha512", NULL, "Version:"},
    {"digest-algo", "digest-algo SHA224\n", "pgp-sha224", NULL, "Version:"},
    {"comment", "comment CERT Example, www.cert.example\n", NULL,
     "\r\nComment: CERT Example, www.cert.example\r\n", "Version:"},
    {"two-comments", "comment Größe\ncomment two\n", NULL, "\r\nComment: Größe\r\nComment: two\r\n",
     "Version:"},
    {"emit-version", "emit-version\n", NULL, "\r\nVersion: GnuPG v2\r\n", "Comment:"},
    {"no-emit-version", "emit-version\nno-emit-version\n", NULL, NULL, "Version:"},
    {"no-armor", "no-armor\n", NULL, NULL, "Version:"},
    {"textmode", "textmode\n", NULL, NULL, "Version:"},
    {"default-key", "default-key 0123456789ABCDEF\n", NULL, NULL, "Version:"},
    {"another-home", "homedir /nonexistent\n", NULL, NULL, "Version:"},
    {"logs", "verbose\nlog-file /dev/null\ndebug-level basic\n", NULL, NULL, "Version:"},
};

static void test_options(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        Fixture fixture = {0};
        g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
        g_autofree gchar *micalg = NULL;
        g_autofree gchar *text = NULL;
        g_autoptr(GBytes) signature = NULL;
        g_autoptr(GError) error = NULL;

        g_test_message("%s", options[i].path);
        fixture.home = home_new();
        home_configure(fixture.home, options[i].conf);
        open_fixture(&fixture, TEST_FINGERPRINT, MG_SIGNING_AUTO);
        signature = mg_signer_detach(fixture.signer, content, &micalg, &error);
        g_assert_no_error(error);
        g_assert_true(home_verifies(fixture.home, content, signature));
        text = text_of(signature);
        if (options[i].micalg != NULL)
            g_assert_cmpstr(micalg, ==, options[i].micalg);
        if (options[i].line != NULL)
            g_assert_nonnull(strstr(text, options[i].line));
        g_assert_null(strstr(text, options[i].no_line));
        tear_down(&fixture, NULL);
    }
}

static const struct {
    const gchar *name;
    const gchar *text;
    const gchar *inside; /* what stands between head and signature */
} texts[] = {
    {"a line", "Dear Sir or Madam\n", "\n\nDear Sir or Madam\n-----BEGIN PGP SIGNATURE-----"},
    {"no line end", "Dear Sir", "\n\nDear Sir\n-----BEGIN PGP SIGNATURE-----"},
    {"CRLF", "a\r\nb\r\n", "\n\na\nb\n-----BEGIN PGP SIGNATURE-----"},
    {"UTF-8", "Sehr geehrte Größen 🙂\n", "\n\nSehr geehrte Größen 🙂\n-----BEGIN"},
    {"dashes", "- a\n--\n", "\n\n- - a\n- --\n-----BEGIN"},
    {"From", "From here\n", "\n\n- From here\n-----BEGIN"},
    {"a signature", "-----END PGP SIGNATURE-----\n",
     "\n\n- -----END PGP SIGNATURE-----\n-----BEGIN"},
    {"empty", "", "\n\n\n-----BEGIN PGP SIGNATURE-----"},
};

static void test_clear(Fixture *fixture, gconstpointer data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *signed_text = mg_signer_clear(fixture->signer, texts[i].text, &error);
        g_autofree gchar *path = g_build_filename(fixture->home, "clear", NULL);
        g_autofree gchar *output = NULL;

        g_test_message("%s", texts[i].name);
        g_assert_no_error(error);
        g_assert_true(
            g_str_has_prefix(signed_text, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA"));
        g_assert_nonnull(strstr(signed_text, texts[i].inside));
        g_assert_null(strchr(signed_text, '\r'));
        g_assert_true(g_str_has_suffix(signed_text, "\n-----END PGP SIGNATURE-----\n"));
        g_assert_true(g_file_set_contents(path, signed_text, -1, NULL));
        output = home_script(fixture->home,
                             "g --no-options --status-fd 1 --verify \"$H/clear\" 2>/dev/null");
        g_assert_nonnull(strstr(output, "] GOODSIG "));
    }
}

/* gpg.conf holds for clear-signing too. */
static void test_clear_obeys_options(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *signed_text = mg_signer_clear(fixture->signer, "x\n", &error);

    g_assert_no_error(error);
    g_assert_nonnull(strstr(signed_text, "\nHash: SHA384\n"));
    g_assert_nonnull(strstr(signed_text, "\nComment: CERT Example\n"));
}

static void test_agent_killed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
    const gchar *home = mg_keyring_agent(fixture->keyring, 0)->home;
    GPid before = mg_agent_pid(home);

    g_assert_cmpint(before, >, 0);
    g_assert_cmpint(kill(before, SIGKILL), ==, 0);
    assert_signs(fixture, content);
    g_assert_cmpint(mg_agent_pid(home), >, 0);
    g_assert_cmpint(mg_agent_pid(home), !=, before);
}

static GPid holder_pid(Fixture *fixture)
{
    return mg_direct_signer_holder_pid(mg_keyring_direct_signer(fixture->keyring, 0));
}

static void test_holder_killed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
    GPid before = holder_pid(fixture);

    g_assert_cmpint(before, >, 0);
    g_assert_cmpint(kill(before, SIGKILL), ==, 0);
    assert_signs(fixture, content);
    g_assert_cmpint(holder_pid(fixture), >, 0);
    g_assert_cmpint(holder_pid(fixture), !=, before);
}

/* It is asked no more, and does not hold up who waits for its end. */
static void test_holder_stopped(Fixture *fixture, gconstpointer data)
{
    gint64 start = g_get_monotonic_time();

    g_assert_cmpint(kill(holder_pid(fixture), SIGSTOP), ==, 0);
    close_fixture(fixture);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
}

static void keep_log(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                     const MgLogField *fields, gpointer user_data)
{
    g_string_append_printf(user_data, "%s\n", message);
}

/* gpg signs again after one of the sample was bad, and that is told once. */
static void test_bad_sample(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
    g_autoptr(GBytes) altered = g_bytes_new_static("y\r\n", 3);
    g_autoptr(GBytes) signature = mg_signer_detach(fixture->signer, content, NULL, NULL);
    g_autoptr(GString) log = g_string_new(NULL);
    MgSampler *sampler = mg_keyring_sampler(fixture->keyring);
    GPid pid = holder_pid(fixture);

    for (guint i = 0; i < 1000; i++)
        mg_sampler_take(sampler, altered, signature);
    mg_sampler_wait(sampler);
    g_assert_nonnull(strstr(mg_sampler_failure(sampler), "BAD signature"));
    mg_log_set_writer(keep_log, log);
    g_assert_false(mg_keyring_await_verdict(fixture->keyring));
    g_assert_true(mg_keyring_await_verdict(fixture->keyring)); /* once */
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    assert_signs(fixture, content);
    assert_signs(fixture, content);
    mg_log_set_writer(NULL, NULL);
    g_assert_true(g_str_has_prefix(log->str, "a signature made by the key holder is not good"));
    g_assert_cmpuint(strcspn(log->str, "\n") + 1, ==, log->len);
    g_assert_cmpint(holder_pid(fixture), ==, pid); /* it was not asked, so it was not started */
}

/* From the second on in which the key expires, gpg judges. */
static void test_expiry(void)
{
    Fixture fixture = {.home = home_new_empty()};
    g_autofree gchar *key = home_script(fixture.home, "make_key ed25519 sign 1d ''");
    gint64 expires;

    open_fixture(&fixture, key, MG_SIGNING_AUTO);
    expires = mg_keyring_expires(fixture.keyring) / G_USEC_PER_SEC;
    g_assert_true(mg_keyring_trusts_direct(fixture.keyring, expires - 1));
    g_assert_false(mg_keyring_trusts_direct(fixture.keyring, expires));
    close_fixture(&fixture);
    home_free(fixture.home);
}

static void test_key_removed_and_back(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) signature = NULL;
    g_autofree gchar *away = home_script(fixture->home, "mv $H/private-keys-v1.d $H/away");
    g_autofree gchar *back = NULL;
    gchar *micalg = NULL;

    signature = mg_signer_detach(fixture->signer, content, &micalg, &error);
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_null(signature);
    g_assert_null(micalg);
    g_assert_nonnull(strstr(error->message, "No secret key"));
    g_assert_nonnull(strstr(error->message, "\nHINT: the secret key is not in"));

    back =
        home_script(fixture->home, "rm -rf $H/private-keys-v1.d; mv $H/away $H/private-keys-v1.d");
    assert_signs(fixture, content);
}

static void test_subkey(void)
{
    Fixture fixture = {.home = home_new_empty()};
    g_autofree gchar *primary = home_script(fixture.home, "make_key ed25519 cert never ''");
    g_autofree gchar *first = home_script(fixture.home, "add_subkey $(parts) ed25519");
    g_autofree gchar *second = home_script(fixture.home, "add_subkey $(parts | head -1) rsa2048");
    const gchar *named[] = {first, second};

    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        g_autoptr(GBytes) content = g_bytes_new_static("x\r\n", 3);

        open_fixture(&fixture, named[i], MG_SIGNING_AUTO);
        g_assert_cmpstr(mg_keyring_fingerprint(fixture.keyring), ==, named[i]);
        assert_signs(&fixture, content);
        close_fixture(&fixture);
    }
    home_free(fixture.home);
}

static gpointer sign_some(gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgSigner) signer = mg_signer_new(data, &error);

    g_assert_no_error(error);
    for (guint i = 0; i < 10; i++) {
        g_autofree gchar *text = g_strdup_printf("%p %u\r\n", g_thread_self(), i);
        g_autoptr(GBytes) content = g_bytes_new(text, strlen(text));
        g_autofree gchar *micalg = NULL;
        g_autoptr(GBytes) signature = mg_signer_detach(signer, content, &micalg, &error);

        g_assert_no_error(error);
        g_assert_nonnull(signature);
    }
    return NULL;
}

/* The agents are killed while eight threads sign: each gets its signatures all the same. */
static void test_many_threads(gconstpointer data)
{
    g_auto(TestHome) home = home_new();
    MgOpenpgpSettings settings = home_settings(home, TEST_FINGERPRINT);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgKeyring) keyring = NULL;
    GThread *threads[8];

    settings.method = ((const Case *)data)->method;
    keyring = mg_keyring_open(&settings, 8, &error);

    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("signer", sign_some, keyring);
    for (guint i = 0; i < mg_keyring_n_agents(keyring); i++) {
        GPid pid = mg_agent_pid(mg_keyring_agent(keyring, i)->home);

        if (pid != 0)
            kill(pid, SIGKILL);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

#define ADD(path, given, function)                                                                 \
    g_test_add("/signer/" path, Fixture, &given, set_up, function, tear_down)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD("holder/detach", holder, test_detach);
    ADD("holder/detach-long-then-short", holder, test_detach_long_then_short);
    ADD("holder/key-removed-and-back", holder, test_key_removed_and_back);
    ADD("holder/killed", holder, test_holder_killed);
    ADD("holder/stopped", holder, test_holder_stopped);
    ADD("holder/bad-sample", holder, test_bad_sample);
    ADD("agent/detach", agent, test_detach);
    ADD("agent/key-removed-and-back", agent, test_key_removed_and_back);
    ADD("agent/killed", agent, test_agent_killed);
    ADD("gpg/detach", gpg, test_detach);
    ADD("gpg/detach-long-then-short", gpg, test_detach_long_then_short);
    ADD("gpg/key-removed-and-back", gpg, test_key_removed_and_back);
    ADD("gpg/killed", gpg, test_agent_killed);
    ADD("detach-has-crlf", holder, test_detach_has_crlf);
    g_test_add_func("/signer/options", test_options);
    ADD("clear", holder, test_clear);
    ADD("clear-obeys-options", configured, test_clear_obeys_options);
    g_test_add_func("/signer/subkey", test_subkey);
    g_test_add_func("/signer/expiry", test_expiry);
    g_test_add_data_func("/signer/many-threads/agent", &agent, test_many_threads);
    g_test_add_data_func("/signer/many-threads/gpg", &gpg, test_many_threads);
    return g_test_run();
}
