/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "render/template_store.h"

#include "base/error.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    gchar *outside;   /* holds all */
    gchar *directory; /* of templates, in it */
    MgTemplateStore *store;
} Fixture;

static void write_file(const gchar *directory, const gchar *name, const gchar *text)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void make_link(const gchar *directory, const gchar *name, const gchar *target)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);

    g_assert_cmpint(symlink(target, path), ==, 0);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autofree gchar *inner = NULL;
    g_autofree gchar *fifo = NULL;
    g_autofree gchar *absolute = NULL;
    g_autofree gchar *big = g_strnfill(1024 * 1024 + 1, 'x');
    g_autoptr(GError) error = NULL;

    fixture->outside = g_dir_make_tmp("mg-templates-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->directory = g_build_filename(fixture->outside, "templates", NULL);
    inner = g_build_filename(fixture->directory, "de", NULL);
    g_assert_cmpint(g_mkdir_with_parents(inner, 0755), ==, 0);
    write_file(fixture->outside, "secret", "secret\ntext\n");
    write_file(fixture->directory, "plain", "Subject\nBody $x\n");
    write_file(fixture->directory, "bad", "\xff");
    write_file(fixture->directory, "big", big);
    write_file(inner, "plain", "Betreff\nText\n");
    make_link(fixture->directory, "link-inside", "de/plain");
    absolute = g_build_filename(inner, "plain", NULL);
    make_link(fixture->directory, "absolute-link-inside", absolute);
    make_link(fixture->directory, "link-outside", "../secret");
    make_link(fixture->directory, "link-to-parent", "..");
    make_link(fixture->directory, "link-to-itself", "link-to-itself");
    make_link(fixture->directory, "dangling", "nothing");
    fifo = g_build_filename(fixture->directory, "fifo", NULL);
    g_assert_cmpint(mkfifo(fifo, 0644), ==, 0);
    fixture->store = mg_template_store_new(fixture->directory, &error);
    g_assert_no_error(error);
}

static void remove_tree(const gchar *path)
{
    GDir *directory = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const gchar *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree gchar *entry = g_build_filename(path, name, NULL);
        remove_tree(entry);
    }
    if (directory != NULL)
        g_dir_close(directory);
    g_remove(path);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    mg_template_store_free(fixture->store);
    remove_tree(fixture->outside);
    g_free(fixture->directory);
    g_free(fixture->outside);
}

static void test_get(Fixture *fixture, gconstpointer data)
{
    static const gchar *const names[][2] = {
        {"plain", "Subject"},
        {"de/plain", "Betreff"},
        {"link-inside", "Betreff"},
        {"absolute-link-inside", "Betreff"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(MgTemplate) template = mg_template_store_get(fixture->store, names[i][0], &error);
        g_assert_no_error(error);
        g_assert_cmpstr(mg_template_subject(template), ==, names[i][1]);
    }
}

static void test_refused(Fixture *fixture, gconstpointer data)
{
    static const gchar *const names[][2] = {
        {"missing", "there is no such file in '"},
        {"plian", "templates'\nHINT: did you mean 'plain'?"},
        {"de/plin", "templates'\nHINT: did you mean 'de/plain'?"},
        {"PLAIN", "templates'\nHINT: did you mean 'plain'?"},
        {"dangling", "there is no such file in '"},
        {"", "not a name of a file in the template directory"},
        {".", "not a name"},
        {"..", "not a name"},
        {"../secret", "not a name"},
        {"../templates/plain", "not a name"},
        {"de/../plain", "not a name"},
        {"./plain", "not a name"},
        {"/etc/passwd", "not a name"},
        {"de//plain", "not a name"},
        {"de/", "not a name"},
        {"plain/x", "Not a directory"},
        {"link-outside", "leads out of the template directory"},
        {"link-to-parent/secret", "leads out of the template directory"},
        {"link-to-itself", "symbolic links"},
        {"de", "not a regular file"},
        {"fifo", "not a regular file"},
        {"big", "larger than 1 MiB"},
        {"bad", "/bad': byte 0xff at offset 0 is no text in UTF-8"},
        {"a\nERROR", "template 'a\\x0aERROR': "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        for (gint again = 0; again < 2; again++) { /* the second answer comes from memory */
            g_autoptr(GError) error = NULL;
            g_assert_null(mg_template_store_get(fixture->store, names[i][0], &error));
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
            g_assert_nonnull(strstr(error->message, names[i][1]));
        }
    }
}

static void test_read_once(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MgTemplate) first = mg_template_store_get(fixture->store, "plain", NULL);
    g_autoptr(MgTemplate) second = NULL;

    write_file(fixture->directory, "plain", "Changed\n");
    second = mg_template_store_get(fixture->store, "plain", NULL);
    g_assert_true(first == second);
    g_assert_null(mg_template_store_get(fixture->store, "later", NULL));
    write_file(fixture->directory, "later", "Later\n");
    g_assert_null(mg_template_store_get(fixture->store, "later", NULL));
}

static void test_added_wins(Fixture *fixture, gconstpointer data)
{
    g_autoptr(MgTemplate) file = mg_template_store_get(fixture->store, "plain", NULL);
    g_autoptr(MgTemplate) added = NULL;
    g_autoptr(GError) error = NULL;

    mg_template_store_add(fixture->store, "plain", "Added\n\n\nbody\n\n");
    mg_template_store_add(fixture->store, "../any name", "Any\n");
    mg_template_store_add(fixture->store, "empty", " ");
    g_assert_null(mg_template_store_get(fixture->store, "empty", &error));
    g_assert_cmpstr(error->message, ==, "template 'empty': no subject: the text is empty");
    added = mg_template_store_get(fixture->store, "plain", NULL);
    g_assert_cmpstr(mg_template_subject(added), ==, "Added");
    g_assert_cmpstr(mg_template_body(added), ==, "\n\nbody\n");
    g_assert_cmpstr(mg_template_subject(file), ==, "Subject");
    mg_template_unref(g_steal_pointer(&added));
    added = mg_template_store_get(fixture->store, "../any name", NULL);
    g_assert_cmpstr(mg_template_subject(added), ==, "Any");
}

static void test_no_directory(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MgTemplateStore) store = mg_template_store_new(NULL, &error);

    g_assert_no_error(error);
    g_assert_null(mg_template_store_get(store, "plain", &error));
    g_assert_cmpstr(error->message, ==,
                    "template 'plain': there is no such template, and no template directory");
}

static void test_unreadable_directory(void)
{
    static const gchar *const paths[] = {"/nonexistent/templates", "/dev/null"};

    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(mg_template_store_new(paths[i], &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_SETUP);
        g_assert_nonnull(strstr(error->message, paths[i]));
    }
}

static gpointer read_often(gpointer store)
{
    for (gint i = 0; i < 2000; i++) {
        g_autofree gchar *name = g_strdup_printf("missing-%d", i % 50);
        g_autoptr(MgTemplate) template = mg_template_store_get(store, "plain", NULL);
        g_assert_nonnull(template);
        g_assert_null(mg_template_store_get(store, name, NULL));
    }
    return NULL;
}

static void test_threads(Fixture *fixture, gconstpointer data)
{
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("reader", read_often, fixture->store);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD("/template-store/get", test_get);
    ADD("/template-store/refused", test_refused);
    ADD("/template-store/read-once", test_read_once);
    ADD("/template-store/added-wins", test_added_wins);
    ADD("/template-store/threads", test_threads);
    g_test_add_func("/template-store/no-directory", test_no_directory);
    g_test_add_func("/template-store/unreadable-directory", test_unreadable_directory);
    return g_test_run();
}
