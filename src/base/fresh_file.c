/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/fresh_file.h"

#include "base/error.h"
#include "base/foreign_link.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct MgFreshFile {
    gchar *path;      /* as given, for messages */
    gchar *target;    /* what it leads to */
    gchar *temporary; /* NULL once it is in its place */
    FILE *stream;
    gint failure; /* errno; 0: none */
};

static void set_error(GError **error, const gchar *path, const gchar *because)
{
    g_autofree gchar *quoted = mg_error_quote(path);

    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "cannot write %s: %s", quoted, because);
}

/* What the name leads to, links followed: /dev/stdout is a link. NULL: nothing hinders. */
static const gchar *why_not_replaced(const gchar *path)
{
    struct stat status;

    if (mg_foreign_link_is_in(path))
        return "another user has put a link there";
    if (stat(path, &status) != 0)
        return errno == ENOENT ? NULL : g_strerror(errno);
    if (S_ISDIR(status.st_mode))
        return "it is a directory";
    return S_ISREG(status.st_mode) ? NULL : "it is no regular file, which alone can be replaced";
}

/* A link stays, and what it leads to is replaced: /dev/stdout may well lead to a file. */
static gchar *follow_links(const gchar *path)
{
    gchar *real = realpath(path, NULL);
    gchar *target = g_strdup(real != NULL ? real : path);

    free(real);
    return target;
}

static const gchar *why_not_written(const gchar *path)
{
    g_autofree gchar *target = follow_links(path);
    g_autofree gchar *directory = g_path_get_dirname(target);
    const gchar *because = why_not_replaced(path);

    if (because != NULL)
        return because;
    return access(directory, W_OK | X_OK) == 0 ? NULL : g_strerror(errno);
}

gboolean mg_fresh_file_check(const gchar *option, const gchar *path, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(path);
    const gchar *because;

    if (g_str_equal(path, "-")) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "option %s: found '-', wanted the name of a file", option);
        return FALSE;
    }
    because = why_not_written(path);
    if (because == NULL)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "option %s: cannot write %s: %s", option, quoted,
                because);
    return FALSE;
}

MgFreshFile *mg_fresh_file_open(const gchar *path, const gchar *beside, mode_t mode, GError **error)
{
    g_autoptr(MgFreshFile) file = g_new0(MgFreshFile, 1);
    g_autofree gchar *target = follow_links(path);
    g_autofree gchar *directory = g_path_get_dirname(target);
    g_autofree gchar *name = g_path_get_basename(target);
    const gchar *because = why_not_replaced(path);
    gint descriptor;

    if (because != NULL) {
        set_error(error, path, because);
        return NULL;
    }
    file->path = g_strdup(path);
    file->target = g_steal_pointer(&target);
    file->temporary = g_strdup_printf("%s/.%s.XXXXXX", beside != NULL ? beside : directory, name);
    descriptor = g_mkstemp_full(file->temporary, O_WRONLY | O_CLOEXEC, (gint)mode);
    if (descriptor < 0) {
        set_error(error, path, g_strerror(errno));
        g_clear_pointer(&file->temporary, g_free);
        return NULL;
    }
    file->stream = fdopen(descriptor, "w");
    g_assert(file->stream != NULL);
    return g_steal_pointer(&file);
}

void mg_fresh_file_write(MgFreshFile *file, const gchar *bytes, gsize size)
{
    if (file->failure == 0 && size > 0 && fwrite(bytes, size, 1, file->stream) != 1)
        file->failure = errno;
}

static gint close_synced(MgFreshFile *file)
{
    FILE *stream = g_steal_pointer(&file->stream);
    gint failure = file->failure;

    if (failure == 0 && (fflush(stream) != 0 || fsync(fileno(stream)) != 0))
        failure = errno;
    if (fclose(stream) != 0 && failure == 0)
        failure = errno;
    return failure;
}

gboolean mg_fresh_file_finish(MgFreshFile *unfinished, GError **error)
{
    g_autoptr(MgFreshFile) file = unfinished;
    gint failure = close_synced(file);

    if (failure == 0 && g_rename(file->temporary, file->target) != 0)
        failure = errno;
    if (failure != 0) {
        set_error(error, file->path, g_strerror(failure));
        return FALSE;
    }
    g_clear_pointer(&file->temporary, g_free);
    return TRUE;
}

gboolean mg_fresh_file_replace(const gchar *path, mode_t mode, const gchar *bytes, gsize size,
                               GError **error)
{
    MgFreshFile *file = mg_fresh_file_open(path, NULL, mode, error);

    if (file == NULL)
        return FALSE;
    mg_fresh_file_write(file, bytes, size);
    return mg_fresh_file_finish(file, error);
}

void mg_fresh_file_free(MgFreshFile *file)
{
    if (file == NULL)
        return;
    if (file->stream != NULL)
        fclose(file->stream);
    if (file->temporary != NULL)
        g_unlink(file->temporary);
    g_free(file->temporary);
    g_free(file->path);
    g_free(file->target);
    g_free(file);
}
