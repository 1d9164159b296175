/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/path_check.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

static void test_paths(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("path-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(directory, "file", NULL);
    g_autofree gchar *missing = g_build_filename(directory, "missing", NULL);
    g_autofree gchar *below_file = g_build_filename(file, "x", NULL);

    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_null(mg_path_check_directory(directory));
    g_assert_null(mg_path_check_file(file));
    g_assert_cmpstr(mg_path_check_directory(file), ==, g_strerror(ENOTDIR));
    g_assert_cmpstr(mg_path_check_file(directory), ==, g_strerror(EISDIR));
    g_assert_cmpstr(mg_path_check_directory(missing), ==, g_strerror(ENOENT));
    g_assert_cmpstr(mg_path_check_file(missing), ==, g_strerror(ENOENT));
    g_assert_cmpstr(mg_path_check_file(below_file), ==, g_strerror(ENOTDIR));
    g_unlink(file);
    g_rmdir(directory);
}

static void test_permissions(void)
{
    g_autofree gchar *directory = g_dir_make_tmp("path-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(directory, "file", NULL);

    if (geteuid() == 0) {
        g_test_skip("nothing is forbidden to root");
    } else {
        g_assert_true(g_file_set_contents(file, "x", 1, NULL));
        g_chmod(file, 0200);
        g_assert_cmpstr(mg_path_check_file(file), ==, g_strerror(EACCES));
        g_unlink(file);
        g_chmod(directory, 0400); /* its names can be listed, its files not opened */
        g_assert_cmpstr(mg_path_check_directory(directory), ==, g_strerror(EACCES));
    }
    g_rmdir(directory);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/path-check/paths", test_paths);
    g_test_add_func("/path-check/permissions", test_permissions);
    return g_test_run();
}
