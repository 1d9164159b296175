/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/gpg.h"

#include "gnupg_home.h"

#include <fcntl.h>
#include <unistd.h>

static MgGpgResult *run(const gchar *home, const gchar *const *arguments, GBytes *input)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = mg_gpg_new(home, "/site/home", &error);
    MgGpgResult *result;

    g_assert_no_error(error);
    result = mg_gpg_run(gpg, arguments, input, &error);
    g_assert_no_error(error);
    return result;
}

static void test_channels(void)
{
    g_auto(TestHome) home = home_new_empty();
    const gchar *enarmor[] = {"--enarmor", NULL};
    const gchar *dearmor[] = {"--dearmor", NULL};
    g_autoptr(GBytes) content = g_bytes_new_take(g_strnfill(1000000, 'x'), 1000000);
    g_autoptr(MgGpgResult) armored = run(home, enarmor, content);
    g_autoptr(MgGpgResult) bare = run(home, dearmor, armored->output);

    g_assert_true(armored->succeeded);
    g_assert_cmpstr(armored->words, ==, "nothing");
    g_assert_true(bare->succeeded);
    g_assert_true(g_bytes_equal(bare->output, content));
}

/* The channels are used again: nothing of a run may be seen by the next. */
static void test_runs_are_apart(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = mg_gpg_new(home, "/site/home", &error);
    g_autofree gchar *keybox = home_script(home, "g --list-keys");
    const gchar *enarmor[] = {"--enarmor", NULL};
    const gchar *fail[] = {"--list-keys", "--", "nobody", NULL};
    g_autoptr(GBytes) content = g_bytes_new_static("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 30);
    g_autoptr(MgGpgResult) first = mg_gpg_run(gpg, enarmor, content, &error);
    g_autoptr(MgGpgResult) failed = mg_gpg_run(gpg, fail, NULL, &error);
    g_autoptr(MgGpgResult) again = mg_gpg_run(gpg, enarmor, content, &error);

    g_assert_true(first->succeeded);
    g_assert_false(failed->succeeded);
    g_assert_cmpuint(g_bytes_get_size(failed->output), ==, 0);
    g_assert_cmpstr(failed->words, ==, "'error reading key: No public key'");
    g_assert_true(again->succeeded);
    g_assert_true(g_bytes_equal(again->output, first->output));
    g_assert_cmpstr(again->words, ==, "nothing");
}

static void test_verify(void)
{
    g_auto(TestHome) home = home_new();
    const gchar *sign[] = {"--detach-sign", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = mg_gpg_new(home, "/site/home", &error);
    g_autoptr(GBytes) content = g_bytes_new_static("text\r\n", 6);
    g_autoptr(GBytes) altered = g_bytes_new_static("test\r\n", 6);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    g_autoptr(MgGpgResult) signature = mg_gpg_run(gpg, sign, content, &error);
    GByteArray *twice = g_byte_array_new();
    g_autoptr(GBytes) two = NULL;

    g_byte_array_append(twice, g_bytes_get_data(signature->output, NULL),
                        (guint)g_bytes_get_size(signature->output));
    g_byte_array_append(twice, g_bytes_get_data(signature->output, NULL),
                        (guint)g_bytes_get_size(signature->output));
    two = g_byte_array_free_to_bytes(twice);
    g_assert_true(mg_gpg_verify(gpg, content, signature->output, &error));
    g_assert_no_error(error);
    g_assert_false(mg_gpg_verify(gpg, altered, signature->output, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "BAD signature"));
    g_assert_false(mg_gpg_verify(gpg, content, nothing, NULL));
    g_assert_false(mg_gpg_verify(gpg, content, content, NULL));
    g_assert_false(mg_gpg_verify(gpg, content, two, NULL));
}

static void test_words_are_quoted_once(void)
{
    g_auto(TestHome) home = home_new_empty();
    const gchar *arguments[] = {"--list-keys", "--", "a\nb\033[2J", "a\nb\033[2J", NULL};
    g_autoptr(MgGpgResult) result = run(home, arguments, NULL);

    g_assert_false(result->succeeded);
    g_assert_true(g_str_has_prefix(result->words, "'"));
    for (const gchar *character = result->words; *character != '\0'; character++)
        g_assert_false(g_ascii_iscntrl(*character));
}

/* gpg.conf is named where the operator knows it. */
static void test_words_name_the_site_home(void)
{
    g_auto(TestHome) home = home_new_empty();
    const gchar *arguments[] = {"--version", NULL};
    g_autoptr(MgGpgResult) result = NULL;

    home_configure(home, "no-greeting\nno-such-option\n");
    result = run(home, arguments, NULL);
    g_assert_true(result->succeeded);
    g_assert_false(result->is_silent);
    g_assert_cmpstr(result->words, ==, "'/site/home/gpg.conf:2: invalid option'");
}

/* gpg gets its four channels and nothing else that happens to be open. */
static void test_no_other_descriptor(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *program = g_build_filename(home, "gpg", NULL);
    g_autofree gchar *path = g_strconcat(home, ":", g_getenv("PATH"), NULL);
    g_autofree gchar *old_path = g_strdup(g_getenv("PATH"));
    const gchar *no_arguments[] = {NULL};
    g_autoptr(MgGpgResult) result = NULL;
    g_autofree gchar *removed = NULL;
    int fd = open("/dev/null", O_RDONLY); /* no O_CLOEXEC */
    gsize size;

    g_assert_true(g_file_set_contents_full(program,
                                           "#!/bin/sh\nls /proc/self/fd | wc -l\n"
                                           "echo $LC_ALL $GNUPGHOME $DISPLAY\n",
                                           -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_setenv("PATH", path, TRUE);
    g_setenv("GNUPGHOME", "/somewhere/else", TRUE);
    result = run(home, no_arguments, NULL);
    g_setenv("PATH", old_path, TRUE);
    g_unsetenv("GNUPGHOME");
    close(fd);
    removed = home_script(home, "rm $H/gpg");
    /* The sixth is the directory that ls reads. */
    g_assert_cmpstr(g_bytes_get_data(result->output, &size), ==, "6\nC\n");
}

static void test_not_installed(void)
{
    g_auto(TestHome) home = home_new_empty();
    g_autofree gchar *old_path = g_strdup(g_getenv("PATH"));
    g_autoptr(GError) error = NULL;
    g_autoptr(MgGpg) gpg = NULL;

    g_setenv("PATH", home, TRUE);
    gpg = mg_gpg_new(home, "/site/home", &error);
    g_setenv("PATH", old_path, TRUE);
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_cmpstr(error->message, ==,
                    "gpg is not found in PATH\nHINT: install the packages gpg and gpg-agent");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gpg/channels", test_channels);
    g_test_add_func("/gpg/runs-are-apart", test_runs_are_apart);
    g_test_add_func("/gpg/verify", test_verify);
    g_test_add_func("/gpg/words-are-quoted-once", test_words_are_quoted_once);
    g_test_add_func("/gpg/words-name-the-site-home", test_words_name_the_site_home);
    g_test_add_func("/gpg/no-other-descriptor", test_no_other_descriptor);
    g_test_add_func("/gpg/not-installed", test_not_installed);
    return g_test_run();
}
