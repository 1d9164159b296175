/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/private_home.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Before the site's options, which win: a passphrase that is asked for is an error at once. */
static const gchar gpg_before[] = "pinentry-mode error\n";

/* After them, so that these win. Nothing here writes, so nothing needs a lock, and gpgs that start
 * together would wait for each other's lock; for signing no trust in keys is looked up. */
static const gchar gpg_after[] = "\n"
                                 "lock-never\n"
                                 "no-auto-check-trustdb\n"
                                 "trust-model always\n";

/* A socket at a fixed place belongs to the site's agent. A card can serve one agent only: without
 * scdaemon the test signature fails and the site's own agent serves. Many connections at once need
 * more secure memory than an agent sets aside. */
static const gchar agent_after[] = "\n"
                                   "extra-socket none\n"
                                   "browser-socket none\n"
                                   "disable-scdaemon\n"
                                   "auto-expand-secmem 262144\n";

/* What a home directory's own agent and gpg make in it, and no other's may see. */
static gboolean is_left_out(const gchar *name)
{
    return g_str_has_prefix(name, "S.") || g_str_has_prefix(name, ".#lk") ||
           g_str_has_prefix(name, "trustdb.gpg") || g_str_has_suffix(name, ".lock") ||
           g_str_has_suffix(name, "~") || g_strcmp0(name, "random_seed") == 0;
}

static gboolean write_options(const gchar *target, const gchar *source, const gchar *before,
                              const gchar *after, GError **error)
{
    g_autofree gchar *text = NULL;
    g_autofree gchar *extended = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length = 0;

    if (source == NULL || g_file_get_contents(source, &text, &length, &cause)) {
        extended = g_strconcat(before, text != NULL ? text : "", after, NULL);
        if (g_file_set_contents_full(target, extended, -1, G_FILE_SET_CONTENTS_NONE, 0600, &cause))
            return TRUE;
    }
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s", cause->message);
    return FALSE;
}

static gboolean take_over(const gchar *path, const gchar *site_home, const gchar *name,
                          GError **error)
{
    g_autofree gchar *target = g_build_filename(path, name, NULL);
    g_autofree gchar *source = g_build_filename(site_home, name, NULL);

    /* gpg prefers gpg.conf-2.2.40 to gpg.conf-2.2, gpg.conf-2 and gpg.conf: all are extended. */
    if (g_str_has_prefix(name, "gpg.conf") && g_file_test(source, G_FILE_TEST_IS_REGULAR))
        return write_options(target, source, gpg_before, gpg_after, error);
    if (g_str_has_prefix(name, "gpg-agent.conf") && g_file_test(source, G_FILE_TEST_IS_REGULAR))
        return write_options(target, source, "", agent_after, error);
    if (is_left_out(name) || symlink(source, target) == 0)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s cannot be made: %s", target, g_strerror(errno));
    return FALSE;
}

static gboolean take_over_all(const gchar *path, const gchar *site_home, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GDir *directory = g_dir_open(site_home, 0, &cause);
    const gchar *name;
    gboolean done = TRUE;

    if (directory == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s", cause->message);
        return FALSE;
    }
    while (done && (name = g_dir_read_name(directory)) != NULL)
        done = take_over(path, site_home, name, error);
    g_dir_close(directory);
    return done;
}

static gboolean ensure_options(const gchar *path, const gchar *name, const gchar *before,
                               const gchar *after, GError **error)
{
    g_autofree gchar *target = g_build_filename(path, name, NULL);

    return g_file_test(target, G_FILE_TEST_EXISTS) ||
           write_options(target, NULL, before, after, error);
}

gboolean mg_private_home_make(const gchar *path, const gchar *site_home, GError **error)
{
    g_autofree gchar *source = realpath(site_home, NULL);

    if (g_mkdir(path, 0700) != 0 || source == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s cannot be made: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    return take_over_all(path, source, error) &&
           ensure_options(path, "gpg.conf", gpg_before, gpg_after, error) &&
           ensure_options(path, "gpg-agent.conf", "", agent_after, error);
}
