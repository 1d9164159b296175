/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/fresh_file.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

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
    file = mg_fresh_file_open(place->path, NULL, 0600, NULL);
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
    file = mg_fresh_file_open(place->path, NULL, 0600, NULL);
    mg_fresh_file_write(file, "new", 3);
    mg_fresh_file_free(file);
    assert_content(place, "old");
}

static void test_no_directory(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = g_build_filename(place->directory, "none", "file", NULL);

    g_assert_null(mg_fresh_file_open(path, NULL, 0600, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_RUN);
}

static void make_nothing(const gchar *path)
{
}

static void make_directory(const gchar *path)
{
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
}

static void make_pipe(const gchar *path)
{
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
}

static void make_device_link(const gchar *path)
{
    g_assert_cmpint(symlink("/dev/null", path), ==, 0);
}

static void make_loop(const gchar *path)
{
    g_assert_cmpint(symlink(path, path), ==, 0);
}

static const struct {
    const gchar *name;
    void (*make)(const gchar *path);
    const gchar *text; /* NULL: can be written */
} kinds[] = {
    {"nothing", make_nothing, NULL},
    {"directory", make_directory, "it is a directory"},
    {"pipe", make_pipe, "it is no regular file, which alone can be replaced"},
    {"device", make_device_link, "it is no regular file, which alone can be replaced"},
    {"loop", make_loop, "Too many levels of symbolic links"},
};

/* Neither asked beforehand nor when it is written anything but a file is replaced. */
static void test_kind(Place *place, gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GError) early = NULL;
    g_autoptr(GError) late = NULL;
    struct stat before = {0};
    struct stat after = {0};

    kinds[i].make(place->path);
    lstat(place->path, &before);
    if (kinds[i].text == NULL) {
        g_assert_true(mg_fresh_file_check("--file", place->path, NULL));
        return;
    }
    g_assert_false(mg_fresh_file_check("--file", place->path, &early));
    g_assert_error(early, MG_ERROR, MG_ERROR_SETUP);
    g_assert_true(g_str_has_prefix(early->message, "option --file: cannot write '/"));
    g_assert_true(g_str_has_suffix(early->message, kinds[i].text));
    g_assert_false(mg_fresh_file_replace(place->path, 0600, "x", 1, &late));
    g_assert_error(late, MG_ERROR, MG_ERROR_RUN);
    g_assert_true(g_str_has_suffix(late->message, kinds[i].text));
    lstat(place->path, &after);
    g_assert_cmpint(before.st_ino, ==, after.st_ino);
    g_assert_cmpint(g_remove(place->path), ==, 0);
}

static void test_standard_output_is_no_name(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(mg_fresh_file_check("--file", "-", &error));
    g_assert_cmpstr(error->message, ==, "option --file: found '-', wanted the name of a file");
    g_assert_true(mg_fresh_file_check("--file", "./-", NULL));
}

/* What fails at the end leaves nothing behind either. */
static void test_not_in_place(Place *place, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *content = g_strnfill(1 << 20, 'x');
    g_autofree gchar *taken = g_build_filename(place->directory, "taken", NULL);
    MgFreshFile *file = mg_fresh_file_open(taken, NULL, 0600, NULL);

    g_assert_cmpint(g_mkdir(taken, 0700), ==, 0); /* a directory cannot be replaced */
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
    add("/fresh_file/standard output", test_standard_output_is_no_name);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree gchar *path = g_strdup_printf("/fresh_file/kind/%s", kinds[i].name);
        g_test_add(path, Place, GSIZE_TO_POINTER(i), set_up, test_kind, tear_down);
    }
    return g_test_run();
}
