/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_file.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    gchar *directory;
    gchar *path;
} Place;

static void set_up(Place *place, gconstpointer data)
{
    place->directory = g_dir_make_tmp("log-file-XXXXXX", NULL);
    place->path = g_build_filename(place->directory, "log", NULL);
}

static void tear_down(Place *place, gconstpointer data)
{
    g_autofree gchar *moved = g_strconcat(place->path, ".1", NULL);

    g_remove(place->path);
    g_remove(moved);
    g_rmdir(place->directory);
    g_free(place->path);
    g_free(place->directory);
}

static void assert_holds(const gchar *path, const gchar *suffix)
{
    g_autofree gchar *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_suffix(text, suffix));
    g_assert_cmpuint(strlen(text), ==, strlen("2026-11-20 09:00:02,123 ") + strlen(suffix));
}

static void test_moved_away(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *moved = g_strconcat(place->path, ".1", NULL);
    g_autoptr(MgLogFile) file = NULL;
    struct stat status;

    file = mg_log_file_open(place->path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_rename(place->path, moved), ==, 0);
    mg_log_file_write(MG_LOG_INFO, "x", 0, "first", NULL, file);
    g_assert_true(mg_log_file_reopen(file, &error));
    mg_log_file_write(MG_LOG_INFO, "x", 0, "second", NULL, file);
    assert_holds(moved, "x INFO - first\n");
    assert_holds(place->path, "x INFO - second\n");
    g_assert_cmpint(stat(place->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0640);
}

static void test_goes_on(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *moved = g_strconcat(place->path, ".1", NULL);
    g_autoptr(MgLogFile) file = mg_log_file_open(place->path, NULL);

    g_assert_cmpint(g_rename(place->path, moved), ==, 0);
    g_assert_cmpint(g_mkdir(place->path, 0700), ==, 0);
    g_assert_false(mg_log_file_reopen(file, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
    mg_log_file_write(MG_LOG_INFO, "x", 0, "kept", NULL, file);
    assert_holds(moved, "x INFO - kept\n");
    g_rmdir(place->path);
}

static void test_unfit(Place *place, gconstpointer data)
{
    g_autofree gchar *below = g_build_filename(place->path, "log", NULL);
    const gchar *paths[] = {place->directory, below, "/dev/null"};

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(mg_log_file_open(paths[i], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
}

int main(int argc, char *argv[])
{
    umask(022);
    g_test_init(&argc, &argv, NULL);
    g_test_add("/log-file/moved-away", Place, NULL, set_up, test_moved_away, tear_down);
    g_test_add("/log-file/goes-on", Place, NULL, set_up, test_goes_on, tear_down);
    g_test_add("/log-file/unfit", Place, NULL, set_up, test_unfit, tear_down);
    return g_test_run();
}
