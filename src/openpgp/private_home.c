/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/private_home.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A socket at a fixed place belongs to the site's agent. A card can serve one agent only: without
 * scdaemon the test signature fails and the site's own agent serves. Many connections at once need
 * more secure memory than an agent sets aside. */
static const gchar agent_options[] = "\n"
                                     "extra-socket none\n"
                                     "browser-socket none\n"
                                     "disable-scdaemon\n"
                                     "auto-expand-secmem 262144\n";

/* What a home directory's own agent and gpg make in it, and no other's may see. */
static gboolean is_left_out(const gchar *name)
{
    return g_str_has_prefix(name, "S.") || g_str_has_prefix(name, ".#lk") ||
           g_str_has_suffix(name, ".lock") || g_strcmp0(name, "random_seed") == 0;
}

static gboolean write_agent_options(const gchar *target, const gchar *source, GError **error)
{
    g_autofree gchar *text = NULL;
    g_autofree gchar *extended = NULL;
    g_autoptr(GError) cause = NULL;

    if (source == NULL || g_file_get_contents(source, &text, NULL, &cause)) {
        extended = g_strconcat(text != NULL ? text : "", agent_options, NULL);
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

    /* gpg-agent prefers gpg-agent.conf-2.2 and the like, so each of them is extended. */
    if (g_str_has_prefix(name, "gpg-agent.conf") && g_file_test(source, G_FILE_TEST_IS_REGULAR))
        return write_agent_options(target, source, error);
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

gboolean mg_private_home_make(const gchar *path, const gchar *site_home, GError **error)
{
    g_autofree gchar *source = realpath(site_home, NULL);
    g_autofree gchar *conf = NULL;

    if (g_mkdir(path, 0700) != 0 || source == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s cannot be made: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    if (!take_over_all(path, source, error))
        return FALSE;
    conf = g_build_filename(path, "gpg-agent.conf", NULL);
    return g_file_test(conf, G_FILE_TEST_EXISTS) || write_agent_options(conf, NULL, error);
}
