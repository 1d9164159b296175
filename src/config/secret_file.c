/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/secret_file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE_LIMIT 4096

static void set_error(GError **error, const gchar *filename, const gchar *what)
{
    g_autofree gchar *quoted = mg_error_quote(filename);

    g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "%s %s", quoted, what);
}

static void set_errno_error(GError **error, const gchar *filename, gint number)
{
    g_autofree gchar *what = g_strconcat("cannot be read: ", g_strerror(number), NULL);

    set_error(error, filename, what);
}

/* Bytes read, -1 with errno. */
static gssize read_all(gint file, gchar *buffer, gsize size)
{
    gsize length = 0;

    while (length < size) {
        gssize n = read(file, buffer + length, size - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        length += (gsize)n;
    }
    return (gssize)length;
}

static gsize without_line_break(const gchar *text, gsize length)
{
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length > 0 && text[length - 1] == '\r')
        length--;
    return length;
}

static gchar *take_line(const gchar *filename, const gchar *text, gsize length, GError **error)
{
    if (length > SIZE_LIMIT) {
        set_error(error, filename, "is larger than 4096 bytes");
        return NULL;
    }
    length = without_line_break(text, length);
    if (length == 0) {
        set_error(error, filename, "is empty");
        return NULL;
    }
    if (memchr(text, '\0', length) != NULL) {
        set_error(error, filename, "holds a NUL character");
        return NULL;
    }
    if (memchr(text, '\n', length) != NULL || memchr(text, '\r', length) != NULL) {
        set_error(error, filename, "holds more than one line");
        return NULL;
    }
    return g_strndup(text, length);
}

static gchar *read_open(gint file, const gchar *filename, gboolean *world_readable, GError **error)
{
    gchar buffer[SIZE_LIMIT + 1];
    struct stat status;
    gchar *secret = NULL;
    gssize length = 0;

    if (fstat(file, &status) != 0) {
        set_errno_error(error, filename, errno);
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        set_error(error, filename, "is no regular file");
        return NULL;
    }
    length = read_all(file, buffer, sizeof buffer);
    if (length < 0) {
        set_errno_error(error, filename, errno);
        return NULL;
    }
    secret = take_line(filename, buffer, (gsize)length, error);
    explicit_bzero(buffer, sizeof buffer);
    *world_readable = (status.st_mode & S_IROTH) != 0;
    return secret;
}

gchar *mg_secret_file_read(const gchar *filename, gboolean *world_readable, GError **error)
{
    /* O_NONBLOCK: a FIFO without a writer must not hang the start. */
    gint file = open(filename, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    gchar *secret = NULL;

    if (file < 0) {
        set_errno_error(error, filename, errno);
        return NULL;
    }
    secret = read_open(file, filename, world_readable, error);
    close(file);
    return secret;
}
