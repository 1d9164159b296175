/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/assuan.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LIMIT_SECONDS 60
#define LARGEST_ANSWER (64 * 1024)

struct MgAssuan {
    int fd;
    GString *unread;
    gsize taken; /* of `unread` */
};

void mg_assuan_free(MgAssuan *assuan)
{
    if (assuan == NULL)
        return;
    /* A process that a script forked may hold a copy of the descriptor. */
    shutdown(assuan->fd, SHUT_RDWR);
    close(assuan->fd);
    g_string_free(assuan->unread, TRUE);
    g_free(assuan);
}

static gboolean receive(MgAssuan *assuan, GError **error)
{
    gchar bytes[4096];
    gssize n;

    do
        n = recv(assuan->fd, bytes, sizeof bytes, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0 && assuan->unread->len < LARGEST_ANSWER) {
        g_string_append_len(assuan->unread, bytes, n);
        return TRUE;
    }
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s",
                n == 0  ? "it has ended"
                : n > 0 ? "its answer has no end"
                        : g_strerror(errno));
    return FALSE;
}

/* One line without its end, which stays valid until the next call. */
static gboolean take_line(MgAssuan *assuan, const gchar **line, gsize *length, GError **error)
{
    gsize searched = assuan->taken;
    gchar *end;

    while ((end = memchr(assuan->unread->str + searched, '\n', assuan->unread->len - searched)) ==
           NULL) {
        searched = assuan->unread->len;
        if (!receive(assuan, error))
            return FALSE;
    }
    *line = assuan->unread->str + assuan->taken;
    *length = (gsize)(end - *line);
    *end = '\0';
    assuan->taken += *length + 1;
    return TRUE;
}

static gint hex_pair(const gchar *at, const gchar *end)
{
    if (end - at < 2 || !g_ascii_isxdigit(at[0]) || !g_ascii_isxdigit(at[1]))
        return -1;
    return g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]);
}

/* "%", CR and LF are escaped in data. */
static void append_data(GByteArray *data, const gchar *line, gsize length)
{
    const gchar *end = line + length;

    while (line < end) {
        gint escaped = *line == '%' ? hex_pair(line + 1, end) : -1;
        guint8 byte = escaped >= 0 ? (guint8)escaped : (guint8)*line;

        g_byte_array_append(data, &byte, 1);
        line += escaped >= 0 ? 3 : 1;
    }
}

static gboolean starts(const gchar *line, gsize length, const gchar *word)
{
    gsize size = strlen(word);

    return length >= size && memcmp(line, word, size) == 0 && (length == size || line[size] == ' ');
}

/* To the end of the answer to one command. */
static gboolean take_answer(MgAssuan *assuan, GByteArray *data, gboolean with_status,
                            GError **error)
{
    const gchar *line;
    gsize length;

    while (take_line(assuan, &line, &length, error)) {
        if (starts(line, length, "OK"))
            return TRUE;
        if (data->len > LARGEST_ANSWER || starts(line, length, "ERR") ||
            starts(line, length, "INQUIRE")) {
            g_autofree gchar *quoted = mg_error_quote_bytes(line, length);

            g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "it says %s", quoted);
            return FALSE;
        }
        if (length > 2 && (starts(line, length, "D") || (with_status && starts(line, length, "S"))))
            append_data(data, line + 2, length - 2);
    }
    return FALSE;
}

MgAssuan *mg_assuan_new(int fd, GError **error)
{
    const struct timeval limit = {.tv_sec = LIMIT_SECONDS};
    g_autoptr(MgAssuan) assuan = g_new0(MgAssuan, 1);
    g_autoptr(GByteArray) data = g_byte_array_new();

    assuan->fd = fd;
    assuan->unread = g_string_new(NULL);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return take_answer(assuan, data, FALSE, error) ? g_steal_pointer(&assuan) : NULL;
}

static gboolean send_all(MgAssuan *assuan, const gchar *text, gsize length, GError **error)
{
    while (length > 0) {
        gssize n = send(assuan->fd, text, length, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR) {
            g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "it takes no command: %s",
                        g_strerror(errno));
            return FALSE;
        }
        if (n > 0) {
            text += n;
            length -= (gsize)n;
        }
    }
    return TRUE;
}

GBytes *mg_assuan_ask(MgAssuan *assuan, const gchar *commands, gboolean with_status, GError **error)
{
    g_autofree gchar *lines = g_strconcat(commands, "\n", NULL);
    g_autoptr(GByteArray) data = g_byte_array_new();

    /* What was not asked for would be taken for the answer to this command. */
    if (assuan->taken < assuan->unread->len) {
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "it speaks unasked");
        return NULL;
    }
    g_string_truncate(assuan->unread, 0);
    assuan->taken = 0;
    if (!send_all(assuan, lines, strlen(lines), error))
        return NULL;
    for (const gchar *at = lines; (at = strchr(at, '\n')) != NULL; at++)
        if (!take_answer(assuan, data, with_status, error))
            return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&data));
}
