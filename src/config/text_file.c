/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SIZE_LIMIT (16 * 1024 * 1024)

/* GString would leave copies behind wherever it grows: there may be passwords in it. */
static gchar *grow(gchar *bytes, gsize length, gsize size)
{
    gchar *larger = g_malloc(size + 1);

    if (bytes != NULL) {
        memcpy(larger, bytes, length);
        explicit_bzero(bytes, length);
        g_free(bytes);
    }
    return larger;
}

static gchar *read_open(gint file, gsize *length, gint *number)
{
    gsize size = 4096;
    gchar *bytes = grow(NULL, 0, size);
    gssize n = 1;

    *length = 0;
    *number = 0;
    while (*number == 0 && n != 0) {
        if (*length == size)
            bytes = grow(bytes, *length, size *= 2);
        n = read(file, bytes + *length, size - *length);
        if (n > 0)
            *length += (gsize)n;
        if (n < 0 && errno != EINTR)
            *number = errno;
        else if (*length > SIZE_LIMIT)
            *number = EFBIG;
    }
    if (*number == 0) {
        bytes[*length] = '\0';
        return bytes;
    }
    explicit_bzero(bytes, *length);
    g_free(bytes);
    return NULL;
}

gchar *mg_text_file_read(const gchar *filename, gsize *length, gint *number)
{
    /* O_NONBLOCK: a FIFO without a writer must not hang the start. A writer may take its time. */
    gint file = open(filename, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    gchar *bytes;

    if (file < 0) {
        *number = errno;
        return NULL;
    }
    fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK);
    bytes = read_open(file, length, number);
    close(file);
    return bytes;
}
