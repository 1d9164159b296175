/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "formats/yaml_file.h"

#include "base/error.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* The largest format files known have some 30 kB. */
#define FILE_SIZE_LIMIT (1024 * 1024)

/* Asked before the file is opened: opening a pipe would wait for ever. */
static gboolean check_file(const gchar *filename, const gchar *quoted, GError **error)
{
    struct stat info;

    if (stat(filename, &info) != 0 || access(filename, R_OK) != 0) {
        int reason = errno;
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "cannot read %s: %s", quoted,
                    g_strerror(reason));
        return FALSE;
    }
    if (!S_ISREG(info.st_mode)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "cannot read %s: it is no regular file",
                    quoted);
        return FALSE;
    }
    if (info.st_size > FILE_SIZE_LIMIT) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s is larger than %d bytes", quoted,
                    FILE_SIZE_LIMIT);
        return FALSE;
    }
    return TRUE;
}

gboolean mg_yaml_file_read(const gchar *filename, gchar **text, gsize *length, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(filename);
    g_autoptr(GError) failure = NULL;

    if (!check_file(filename, quoted, error))
        return FALSE;
    if (g_file_get_contents(filename, text, length, &failure))
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "cannot read %s: %s", quoted, failure->message);
    return FALSE;
}
