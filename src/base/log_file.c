/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/log_file.h"

#include "base/error.h"
#include "base/foreign_link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0640

struct MgLogFile {
    gchar *path;
    GMutex lock;
    int fd; /* under lock */
};

/* O_NONBLOCK: opening a FIFO would wait for its reader before fstat() can refuse it. */
static int open_path(const gchar *path, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(path);
    struct stat status;
    int fd;

    if (mg_foreign_link_is_in(path)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "log file %s: another user has put a link there", quoted);
        return -1;
    }
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, MODE);
    if (fd < 0) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "log file %s cannot be opened: %s\nHINT: the user that runs this program must "
                    "be allowed to write it; see log.file",
                    quoted, g_strerror(errno));
        return -1;
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "log file %s is no regular file", quoted);
        close(fd);
        return -1;
    }
    return fd;
}

MgLogFile *mg_log_file_open(const gchar *path, GError **error)
{
    int fd = open_path(path, error);
    MgLogFile *file;

    if (fd < 0)
        return NULL;
    file = g_new0(MgLogFile, 1);
    file->path = g_strdup(path);
    file->fd = fd;
    g_mutex_init(&file->lock);
    return file;
}

void mg_log_file_free(MgLogFile *file)
{
    if (file == NULL)
        return;
    close(file->fd);
    g_mutex_clear(&file->lock);
    g_free(file->path);
    g_free(file);
}

gboolean mg_log_file_reopen(MgLogFile *file, GError **error)
{
    int fd = open_path(file->path, error);
    int old;

    if (fd < 0)
        return FALSE;
    g_mutex_lock(&file->lock);
    old = file->fd;
    file->fd = fd;
    g_mutex_unlock(&file->lock);
    close(old);
    return TRUE;
}

static gboolean write_all(int fd, const gchar *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        gssize written = write(fd, text, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return FALSE;
        text += written;
        left -= (gsize)written;
    }
    return TRUE;
}

void mg_log_file_write(MgLogLevel level, const gchar *logger, gint64 time_us, const gchar *message,
                       const MgLogField *fields, gpointer data)
{
    MgLogFile *file = data;
    g_autofree gchar *line = mg_log_format(level, logger, time_us, message, fields);
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&file->lock);

    if (!write_all(file->fd, line))
        mg_log_write_to_stderr(line);
}
