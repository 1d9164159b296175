/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/secret_file.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const gchar *name;
    const gchar *content;
    gsize length;
    const gchar *secret;
    const gchar *complaint;
} cases[] = {
    {"bare", TEXT("pass word"), "pass word", NULL},
    {"newline", TEXT("x\n"), "x", NULL},
    {"cr-newline", TEXT("x\r\n"), "x", NULL},
    {"blanks-stay", TEXT(" x \n"), " x ", NULL},
    {"any-bytes", TEXT("\xff\xe4\n"), "\xff\xe4", NULL},
    {"one-newline-only", TEXT("hush\n\n"), NULL, "holds more than one line"},
    {"two-lines", TEXT("hush\nx\n"), NULL, "holds more than one line"},
    {"empty", TEXT(""), NULL, "is empty"},
    {"only-newline", TEXT("\n"), NULL, "is empty"},
    {"nul", TEXT("hush\0x"), NULL, "holds a NUL character"},
};

static void test_contents(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("secret-XXXXXX", NULL);
    g_autofree gchar *filename = g_build_filename(directory, "password", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean world_readable = FALSE;
        g_autofree gchar *secret = NULL;

        g_test_message("%s", cases[i].name);
        g_assert_true(
            g_file_set_contents(filename, cases[i].content, (gssize)cases[i].length, NULL));
        secret = mg_secret_file_read(filename, &world_readable, &error);
        g_assert_cmpstr(secret, ==, cases[i].secret);
        if (cases[i].complaint == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_nonnull(strstr(error->message, cases[i].complaint));
        g_assert_nonnull(strstr(error->message, filename));
        g_assert_null(strstr(error->message, "hush"));
    }
    g_unlink(filename);
    g_rmdir(directory);
}

static void test_size(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("secret-XXXXXX", NULL);
    g_autofree gchar *filename = g_build_filename(directory, "password", NULL);
    g_autofree gchar *content = g_strnfill(4097, 'x');
    g_autofree gchar *secret = NULL;
    gboolean world_readable = FALSE;

    g_assert_true(g_file_set_contents(filename, content, 4097, NULL));
    g_assert_null(mg_secret_file_read(filename, &world_readable, NULL));
    g_assert_true(g_file_set_contents(filename, content, 4096, NULL));
    secret = mg_secret_file_read(filename, &world_readable, NULL);
    g_assert_cmpuint(strlen(secret), ==, 4096);
    g_unlink(filename);
    g_rmdir(directory);
}

static void test_modes(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("secret-XXXXXX", NULL);
    g_autofree gchar *filename = g_build_filename(directory, "password", NULL);
    static const struct {
        gint mode;
        gboolean world_readable;
    } modes[] = {{0600, FALSE}, {0640, FALSE}, {0644, TRUE}, {0604, TRUE}};

    g_assert_true(g_file_set_contents(filename, "x", 1, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        gboolean world_readable = FALSE;
        g_autofree gchar *secret = NULL;

        g_assert_cmpint(g_chmod(filename, modes[i].mode), ==, 0);
        secret = mg_secret_file_read(filename, &world_readable, NULL);
        g_assert_cmpstr(secret, ==, "x");
        g_assert_cmpint(world_readable, ==, modes[i].world_readable);
    }
    g_unlink(filename);
    g_rmdir(directory);
}

static void assert_refused(const gchar *filename, const gchar *complaint)
{
    g_autoptr(GError) error = NULL;
    gboolean world_readable = FALSE;

    g_assert_null(mg_secret_file_read(filename, &world_readable, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    g_assert_nonnull(strstr(error->message, complaint));
}

static void test_no_files(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("secret-XXXXXX", NULL);
    g_autofree gchar *fifo = g_build_filename(directory, "fifo", NULL);

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused("/nonexistent/password", "'/nonexistent/password' cannot be read: No such file");
    assert_refused(directory, "is no regular file");
    assert_refused(fifo, "is no regular file");
    assert_refused("/dev/zero", "is no regular file");
    g_unlink(fifo);
    g_rmdir(directory);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret-file/contents", test_contents);
    g_test_add_func("/secret-file/size", test_size);
    g_test_add_func("/secret-file/modes", test_modes);
    g_test_add_func("/secret-file/no-files", test_no_files);
    return g_test_run();
}
