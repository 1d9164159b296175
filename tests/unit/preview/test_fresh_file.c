/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/fresh_file.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

typedef struct {
    gchar *directory;
    gchar *path;
} Place;

static void set_up(Place *place, gconstpointer data)
{
    place->directory = g_dir_make_tmp("fresh-XXXXXX", NULL);
    place->path = g_build_filename(place->directory, "file", NULL);
}

static void tear_down(Place *place, gconstpointer data)
{
    g_unlink(place->path);
    g_assert_cmpint(g_rmdir(place->directory), ==, 0); /* nothing else is left */
    g_free(place->path);
    g_free(place->directory);
}

static void assert_content(const Place *place, const gchar *expected)
{
    g_autofree gchar *content = NULL;

    g_assert_true(g_file_get_contents(place->path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, expected);
}

static void test_replaced(Place *place, gconstpointer data)
{
    MgFreshFile *file;
    struct stat status;

    g_assert_true(g_file_set_contents(place->path, "old", -1, NULL));
    file = mg_fresh_file_open(place->path, NULL, NULL);
    mg_fresh_file_write(file, "new", 3);
    assert_content(place, "old");
    g_assert_true(mg_fresh_file_finish(file, NULL));
    assert_content(place, "new");
    g_assert_cmpint(stat(place->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
}

static void test_given_up(Place *place, gconstpointer data)
{
    MgFreshFile *file;

    g_assert_true(g_file_set_contents(place->path, "old", -1, NULL));
    file = mg_fresh_file_open(place->path, NULL, NULL);
    mg_fresh_file_write(file, "new", 3);
    mg_fresh_file_free(file);
    assert_content(place, "old");
}

static void test_no_directory(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = g_build_filename(place->directory, "none", "file", NULL);

    g_assert_null(mg_fresh_file_open(path, NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
}

/* What fails at the end leaves nothing behind either. */
static void test_not_in_place(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *content = g_strnfill(1 << 20, 'x');
    MgFreshFile *file;
    g_autofree gchar *taken = g_build_filename(place->directory, "taken", NULL);

    g_assert_cmpint(g_mkdir(taken, 0700), ==, 0);
    file = mg_fresh_file_open(taken, NULL, NULL); /* a directory cannot be replaced */
    mg_fresh_file_write(file, content, 1 << 20);
    g_assert_false(mg_fresh_file_finish(file, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
    g_assert_cmpint(g_rmdir(taken), ==, 0);
}

static void add(const gchar *path, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, NULL, set_up, test, tear_down);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add("/fresh_file/replaced", test_replaced);
    add("/fresh_file/given up", test_given_up);
    add("/fresh_file/no directory", test_no_directory);
    add("/fresh_file/cannot be put in place", test_not_in_place);
    return g_test_run();
}
