/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/private_home.h"

#include "gnupg_home.h"

static gboolean exists(const gchar *directory, const gchar *name)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

static void assert_link(const gchar *directory, const gchar *name, const gchar *site)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);
    g_autofree gchar *wanted = g_build_filename(site, name, NULL);
    g_autofree gchar *target = g_file_read_link(path, NULL);

    g_assert_cmpstr(target, ==, wanted);
}

static void test_links(void)
{
    g_auto(TestHome) base = home_new_empty();
    g_autofree gchar *site = g_build_filename(base, "site", NULL);
    g_autofree gchar *path = g_build_filename(base, "private", NULL);
    g_autofree gchar *made = home_script(
        base, "mkdir $H/site $H/site/private-keys-v1.d; cd $H/site; touch pubring.kbx trustdb.gpg "
              "gpg.conf extra.gpg random_seed pubring.kbx.lock .#lk0x1.host.1 S.gpg-agent");
    const gchar *linked[] = {"pubring.kbx", "trustdb.gpg", "private-keys-v1.d", "gpg.conf",
                             "extra.gpg"};
    const gchar *left_out[] = {"random_seed", "pubring.kbx.lock", ".#lk0x1.host.1", "S.gpg-agent"};
    g_autoptr(GError) error = NULL;

    g_assert_true(mg_private_home_make(path, site, &error));
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(linked); i++)
        assert_link(path, linked[i], site);
    for (gsize i = 0; i < G_N_ELEMENTS(left_out); i++)
        g_assert_false(exists(path, left_out[i]));
}

/* Ours come last, so that no socket of the site's agent is taken. */
static void test_agent_options(void)
{
    g_auto(TestHome) base = home_new_empty();
    g_autofree gchar *site = g_build_filename(base, "site", NULL);
    g_autofree gchar *path = g_build_filename(base, "private", NULL);
    g_autofree gchar *conf = g_build_filename(path, "gpg-agent.conf", NULL);
    g_autofree gchar *made =
        home_script(base, "mkdir $H/site; printf 'default-cache-ttl 7\\nextra-socket /run/x' > "
                          "$H/site/gpg-agent.conf");
    g_autofree gchar *text = NULL;
    g_autofree gchar *tested = NULL;

    g_assert_true(mg_private_home_make(path, site, NULL));
    g_assert_true(g_file_get_contents(conf, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "default-cache-ttl 7\nextra-socket /run/x\nextra-socket "
                                         "none\n"));
    tested = home_script(base, "gpg-agent --homedir $H/private --gpgconf-test");
}

static void test_no_options(void)
{
    g_auto(TestHome) base = home_new_empty();
    g_autofree gchar *path = g_build_filename(base, "private", NULL);
    g_autofree gchar *tested = NULL;

    g_assert_true(mg_private_home_make(path, base, NULL));
    tested =
        home_script(base, "grep disable-scdaemon $H/private/gpg-agent.conf; gpg-agent --homedir "
                          "$H/private --gpgconf-test");
    g_assert_false(exists(path, "gpg.conf"));
}

static void test_failures(void)
{
    g_auto(TestHome) base = home_new_empty();
    g_autofree gchar *path = g_build_filename(base, "private", NULL);
    g_autofree gchar *missing = g_build_filename(base, "missing", NULL);
    g_autoptr(GError) taken = NULL;
    g_autoptr(GError) no_source = NULL;

    g_assert_false(mg_private_home_make(base, base, &taken));
    g_assert_error(taken, MG_ERROR, MG_ERROR_RUN);
    g_assert_false(mg_private_home_make(path, missing, &no_source));
    g_assert_error(no_source, MG_ERROR, MG_ERROR_RUN);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/private-home/links", test_links);
    g_test_add_func("/private-home/agent-options", test_agent_options);
    g_test_add_func("/private-home/no-options", test_no_options);
    g_test_add_func("/private-home/failures", test_failures);
    return g_test_run();
}
