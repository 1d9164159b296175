/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/foreign_link.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean is_foreign(const gchar *path)
{
    g_autofree gchar *directory = g_path_get_dirname(path);
    struct stat link;
    struct stat around;

    if (lstat(path, &link) != 0 || !S_ISLNK(link.st_mode) || link.st_uid == geteuid())
        return FALSE;
    return stat(directory, &around) == 0 && (around.st_mode & S_ISVTX) != 0 &&
           (around.st_mode & S_IWOTH) != 0 && link.st_uid != around.st_uid;
}

gboolean mg_foreign_link_is_in(const gchar *path)
{
    gsize length = strlen(path);

    for (gsize end = 1; end <= length; end++) {
        g_autofree gchar *part = NULL;

        if (path[end] != '/' && path[end] != '\0')
            continue;
        part = g_strndup(path, end);
        if (is_foreign(part))
            return TRUE;
    }
    return FALSE;
}
