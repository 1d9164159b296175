/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/private_root.h"

#include "gnupg_home.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

static void test_made_and_removed(void)
{
    g_auto(TestHome) parent = home_new_empty();
    g_autoptr(GError) error = NULL;
    MgPrivateRoot *root;
    g_autofree gchar *path = NULL;
    g_autofree gchar *kept = NULL;
    g_autofree gchar *filled = NULL;
    struct stat status;

    g_setenv("XDG_RUNTIME_DIR", parent, TRUE);
    root = mg_private_root_new(&error);
    g_assert_no_error(error);
    path = g_strdup(mg_private_root_path(root));
    g_assert_true(g_str_has_prefix(path, parent));
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, 0700);
    /* A link to the site's keys goes, the keys stay. */
    filled = home_script(path, "mkdir $H/0 $H/../keys; touch $H/../keys/key; ln -s $H/../keys "
                               "$H/0/keys; touch $H/0/file");
    mg_private_root_free(root);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    kept = home_script(parent, "ls $H/keys");
    g_assert_cmpstr(kept, ==, "key");
    g_unsetenv("XDG_RUNTIME_DIR");
}

/* Sockets could not be named in it. */
static void test_long_parent_is_passed_over(void)
{
    g_auto(TestHome) base = home_new_empty();
    g_autofree gchar *name = g_strnfill(80, 'x');
    g_autofree gchar *parent = g_build_filename(base, name, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(MgPrivateRoot) root = NULL;

    g_assert_cmpint(g_mkdir(parent, 0700), ==, 0);
    g_setenv("XDG_RUNTIME_DIR", parent, TRUE);
    root = mg_private_root_new(&error);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_assert_no_error(error);
    g_assert_false(g_str_has_prefix(mg_private_root_path(root), parent));
}

static gchar *make_old(const gchar *parent, const gchar *name, gint64 age, guint mode)
{
    gchar *path = g_build_filename(parent, name, NULL);
    g_autofree gchar *inner = g_build_filename(path, "0", NULL);
    time_t then = time(NULL) - age;
    struct utimbuf times = {then, then};

    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(inner, 0700), ==, 0);
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    g_assert_cmpint(utime(path, &times), ==, 0);
    return path;
}

static void test_stale_ones_go(void)
{
    g_auto(TestHome) parent = home_new_empty();
    g_autofree gchar *stale = make_old(parent, "intelmqcbmail-stale1", 3600, 0700);
    g_autofree gchar *young = make_old(parent, "intelmqcbmail-young1", 5, 0700);
    g_autofree gchar *in_use = make_old(parent, "intelmqcbmail-in_use", 3600, 0700);
    g_autofree gchar *open_to_all = make_old(parent, "intelmqcbmail-opened", 3600, 0755);
    g_autofree gchar *other = make_old(parent, "something-else", 3600, 0700);
    g_autofree gchar *link = g_build_filename(parent, "intelmqcbmail-link01", NULL);
    g_autoptr(MgPrivateRoot) root = NULL;
    int fd = open(in_use, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    g_assert_cmpint(flock(fd, LOCK_EX | LOCK_NB), ==, 0);
    g_assert_cmpint(symlink(other, link), ==, 0);
    g_setenv("XDG_RUNTIME_DIR", parent, TRUE);
    root = mg_private_root_new(NULL);
    g_unsetenv("XDG_RUNTIME_DIR");
    g_assert_nonnull(root);
    g_assert_false(g_file_test(stale, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(young, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(in_use, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(open_to_all, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
    g_clear_pointer(&root, mg_private_root_free);
    close(fd);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/private-root/made-and-removed", test_made_and_removed);
    g_test_add_func("/private-root/long-parent-is-passed-over", test_long_parent_is_passed_over);
    g_test_add_func("/private-root/stale-ones-go", test_stale_ones_go);
    return g_test_run();
}
