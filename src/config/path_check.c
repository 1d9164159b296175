/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/path_check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static const gchar *check(const gchar *path, gboolean wants_directory, gint mode)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return g_strerror(errno);
    if (wants_directory && !S_ISDIR(status.st_mode))
        return g_strerror(ENOTDIR);
    if (!wants_directory && S_ISDIR(status.st_mode))
        return g_strerror(EISDIR);
    return access(path, mode) != 0 ? g_strerror(errno) : NULL;
}

const gchar *mg_path_check_directory(const gchar *path)
{
    return check(path, TRUE, R_OK | X_OK);
}

const gchar *mg_path_check_file(const gchar *path)
{
    return check(path, FALSE, R_OK);
}
