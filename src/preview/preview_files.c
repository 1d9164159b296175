/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_files.h"

#include "base/error.h"
#include "base/foreign_link.h"
#include "base/fresh_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0600      /* mails tell of strangers */
#define NAME_LIMIT 100 /* of the recipient in a file's name */

/* Who owns a directory can put other files in the place of those that are written. */
static gboolean is_foreign(const gchar *path)
{
    struct stat status;

    return mg_foreign_link_is_in(path) || stat(path, &status) != 0 ||
           (status.st_uid != 0 && status.st_uid != geteuid());
}

static gboolean make_directory(const gchar *path, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(path);

    if (g_mkdir_with_parents(path, 0700) == 0) {
        if (!is_foreign(path))
            return TRUE;
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "directory %s belongs to another user\nHINT: name a new directory", quoted);
        return FALSE;
    }
    g_set_error(error, MG_ERROR, MG_ERROR_RUN, "cannot make directory %s: %s", quoted,
                g_strerror(errno));
    return FALSE;
}

static gboolean is_empty(const gchar *path, gboolean *empty, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GDir) directory = g_dir_open(path, 0, &failure);

    if (directory == NULL) {
        g_set_error(error, MG_ERROR, MG_ERROR_RUN, "%s", failure->message);
        return FALSE;
    }
    *empty = g_dir_read_name(directory) == NULL;
    return TRUE;
}

static gboolean refuse(const gchar *path, const gchar *what, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(path);

    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "directory %s %s\nHINT: name a new directory",
                quoted, what);
    return FALSE;
}

static gboolean write_file(const gchar *path, const gchar *beside, const gchar *bytes, gsize size,
                           GError **error)
{
    MgFreshFile *file = mg_fresh_file_open(path, beside, MODE, error);

    if (file == NULL)
        return FALSE;
    mg_fresh_file_write(file, bytes, size);
    return mg_fresh_file_finish(file, error);
}

/* Of a name from outside, only what no file system, shell or pair of eyes takes for something
 * else. */
static gchar *safe_name(const gchar *recipient)
{
    gchar *name = g_strndup(recipient, NAME_LIMIT);

    for (gchar *at = name; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr("@.-+_", *at) == NULL)
            *at = '_';
    return name;
}

static gint number_width(guint count)
{
    gint width = 3;

    for (count /= 1000; count > 0; count /= 10)
        width++;
    return width;
}

static gchar *eml_path(const MgPreview *preview, guint index, const gchar *directory)
{
    const MgPreviewEntry *entry = g_ptr_array_index(preview->mails, index);
    g_autofree gchar *name = safe_name(entry->envelope_tos[0]);

    return g_strdup_printf("%s/%0*u-%s.eml", directory, number_width(preview->mails->len),
                           index + 1, name);
}

gboolean mg_preview_files_eml(const MgPreview *preview, const gchar *directory, GError **error)
{
    gboolean empty;

    if (!make_directory(directory, error) || !is_empty(directory, &empty, error))
        return FALSE;
    if (!empty)
        return refuse(directory, "is not empty", error);
    for (guint i = 0; i < preview->mails->len; i++) {
        const MgPreviewEntry *entry = g_ptr_array_index(preview->mails, i);
        g_autofree gchar *path = eml_path(preview, i, directory);
        gsize size;
        const gchar *bytes;

        if (entry->wire == NULL)
            continue;
        bytes = g_bytes_get_data(entry->wire, &size);
        if (!write_file(path, NULL, bytes, size, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_maildir(const gchar *directory)
{
    static const gchar *const parts[] = {"tmp", "new", "cur"};
    gboolean all = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree gchar *path = g_build_filename(directory, parts[i], NULL);
        all = all && g_file_test(path, G_FILE_TEST_IS_DIR);
    }
    return all;
}

static gboolean make_maildir(const gchar *directory, GError **error)
{
    static const gchar *const parts[] = {"tmp", "new", "cur"};
    gboolean empty;

    if (!make_directory(directory, error) || !is_empty(directory, &empty, error))
        return FALSE;
    if (!empty && !is_maildir(directory))
        return refuse(directory, "is not empty and no Maildir", error);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree gchar *path = g_build_filename(directory, parts[i], NULL);
        if (!make_directory(path, error))
            return FALSE;
    }
    return TRUE;
}

/* Time, microseconds, process, count and host: Maildir's way of names that never meet. */
static gchar *maildir_name(gint64 now, guint number)
{
    g_autofree gchar *host = safe_name(g_get_host_name());

    return g_strdup_printf("%" G_GINT64_FORMAT ".M%" G_GINT64_FORMAT "P%ldQ%u.%s",
                           now / G_USEC_PER_SEC, now % G_USEC_PER_SEC, (glong)getpid(), number,
                           host);
}

static GString *with_line_feeds(GBytes *wire)
{
    gsize size;
    const gchar *bytes = g_bytes_get_data(wire, &size);
    GString *out = g_string_sized_new(size);

    for (gsize i = 0; i < size; i++)
        if (bytes[i] != '\r' || i + 1 == size || bytes[i + 1] != '\n')
            g_string_append_c(out, bytes[i]);
    return out;
}

/* The names of what was written survive a crash too. */
static void sync_directory(const gchar *path)
{
    gint descriptor = g_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

    if (descriptor < 0)
        return;
    fsync(descriptor);
    close(descriptor);
}

gboolean mg_preview_files_maildir(const MgPreview *preview, const gchar *directory, GError **error)
{
    g_autofree gchar *tmp = g_build_filename(directory, "tmp", NULL);
    g_autofree gchar *new = g_build_filename(directory, "new", NULL);
    gint64 now = g_get_real_time();

    if (!make_maildir(directory, error))
        return FALSE;
    for (guint i = 0; i < preview->mails->len; i++) {
        const MgPreviewEntry *entry = g_ptr_array_index(preview->mails, i);
        g_autofree gchar *name = maildir_name(now, i + 1);
        g_autofree gchar *path = g_build_filename(new, name, NULL);
        g_autoptr(GString) bytes = NULL;

        if (entry->wire == NULL)
            continue;
        bytes = with_line_feeds(entry->wire);
        if (!write_file(path, tmp, bytes->str, bytes->len, error))
            return FALSE;
    }
    sync_directory(new);
    return TRUE;
}
