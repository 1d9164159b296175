/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/agent.h"

#include "gnupg_home.h"

#include <errno.h>
#include <signal.h>

static void test_ends(void)
{
    g_auto(TestHome) home = home_new();
    g_auto(TestHome) other = home_new();
    g_autofree gchar *started = home_script(home, "gpgconf --homedir $H --launch gpg-agent");
    g_autofree gchar *other_started = home_script(other, "gpgconf --homedir $H --launch gpg-agent");
    GPid pid = mg_agent_pid(home);
    GPid other_pid = mg_agent_pid(other);
    g_autofree gchar *stat = g_strdup_printf("/proc/%d/stat", pid);
    g_autofree gchar *text = NULL;

    g_assert_cmpint(pid, >, 1);
    g_assert_cmpint(other_pid, >, 1);
    g_assert_cmpint(pid, !=, other_pid);
    mg_agent_end(home);
    g_assert_cmpint(mg_agent_pid(home), ==, 0);
    /* Gone, or a zombie until init comes to it. */
    g_assert_true(!g_file_get_contents(stat, &text, NULL, NULL) || strstr(text, ") Z ") != NULL);
    g_assert_cmpint(mg_agent_pid(other), ==, other_pid);
}

static void test_none_runs(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *missing = g_build_filename(home, "missing", NULL);

    g_assert_cmpint(mg_agent_pid(home), ==, 0);
    mg_agent_end(home);
    mg_agent_end(missing);
}

/* A socket that was left by an agent that was killed. */
static void test_dead_socket(void)
{
    g_auto(TestHome) home = home_new();
    g_autofree gchar *started = home_script(home, "gpgconf --homedir $H --launch gpg-agent");

    g_assert_cmpint(kill(mg_agent_pid(home), SIGKILL), ==, 0);
    mg_agent_end(home);
    g_assert_cmpint(mg_agent_pid(home), ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/ends", test_ends);
    g_test_add_func("/agent/none-runs", test_none_runs);
    g_test_add_func("/agent/dead-socket", test_dead_socket);
    return g_test_run();
}
