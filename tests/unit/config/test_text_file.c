/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/text_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define LIMIT (16 * 1024 * 1024)

typedef struct {
    gchar *directory;
    gchar *path;
} Place;

static void set_up(Place *place, gconstpointer data)
{
    place->directory = g_dir_make_tmp("text-XXXXXX", NULL);
    place->path = g_build_filename(place->directory, "file", NULL);
}

static void tear_down(Place *place, gconstpointer data)
{
    g_unlink(place->path);
    g_assert_cmpint(g_rmdir(place->directory), ==, 0);
    g_free(place->path);
    g_free(place->directory);
}

static void test_sizes(Place *place, gconstpointer data)
{
    static const gsize sizes[] = {0, 1, 4095, 4096, 4097, 100000, LIMIT, LIMIT + 1};

    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree gchar *written = g_strnfill(sizes[i], 'x');
        g_autofree gchar *text = NULL;
        gsize length = 0;
        gint number = 0;

        g_assert_true(g_file_set_contents(place->path, written, (gssize)sizes[i], NULL));
        text = mg_text_file_read(place->path, &length, &number);
        if (sizes[i] > LIMIT) {
            g_assert_null(text);
            g_assert_cmpint(number, ==, EFBIG);
            continue;
        }
        g_assert_cmpuint(length, ==, sizes[i]);
        g_assert_cmpint(strcmp(text, written), ==, 0);
    }
}

static void test_missing(Place *place, gconstpointer data)
{
    gsize length = 0;
    gint number = 0;

    g_assert_null(mg_text_file_read(place->path, &length, &number));
    g_assert_cmpint(number, ==, ENOENT);
    g_assert_null(mg_text_file_read(place->directory, &length, &number));
    g_assert_cmpint(number, ==, EISDIR);
}

static void test_fifo_without_a_writer(Place *place, gconstpointer data)
{
    g_autofree gchar *text = NULL;
    gsize length = 1;
    gint number = 0;

    g_assert_cmpint(mkfifo(place->path, 0600), ==, 0);
    text = mg_text_file_read(place->path, &length, &number);
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpuint(length, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/text_file/sizes", Place, NULL, set_up, test_sizes, tear_down);
    g_test_add("/text_file/missing", Place, NULL, set_up, test_missing, tear_down);
    g_test_add("/text_file/fifo_without_a_writer", Place, NULL, set_up, test_fifo_without_a_writer,
               tear_down);
    return g_test_run();
}
