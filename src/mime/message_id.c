/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/message_id.h"

#include <string.h>

#define FIELD "Message-Id:"

gboolean mg_message_id_is_fit(const gchar *text)
{
    gsize length = strlen(text);

    if (length < 3 || text[0] != '<' || text[length - 1] != '>')
        return FALSE;
    for (gsize i = 1; i < length - 1; i++)
        if (!g_ascii_isgraph(text[i]) || text[i] == '<' || text[i] == '>')
            return FALSE;
    return TRUE;
}

static const gchar *find_line_end(const gchar *line, const gchar *end)
{
    const gchar *found = memmem(line, (gsize)(end - line), "\r\n", 2);

    return found != NULL ? found + 2 : end;
}

/* Past the field that begins at `line`, folded lines included. */
static const gchar *find_field_end(const gchar *line, const gchar *end)
{
    do
        line = find_line_end(line, end);
    while (line < end && (*line == ' ' || *line == '\t'));
    return line;
}

static gboolean is_blank_line(const gchar *line, const gchar *end)
{
    return end - line >= 2 && memcmp(line, "\r\n", 2) == 0;
}

static GBytes *replace_in_wire(GBytes *wire, const gchar *message_id)
{
    gsize size;
    const gchar *at = g_bytes_get_data(wire, &size);
    const gchar *end = at + size;
    GString *replaced = g_string_sized_new(size + strlen(message_id));

    g_string_append_printf(replaced, FIELD " %s\r\n", message_id);
    while (at < end && !is_blank_line(at, end)) {
        const gchar *next = find_field_end(at, end);
        if (g_ascii_strncasecmp(at, FIELD, strlen(FIELD)) != 0)
            g_string_append_len(replaced, at, next - at);
        at = next;
    }
    g_string_append_len(replaced, at, end - at);
    return g_string_free_to_bytes(replaced);
}

MgMail *mg_message_id_replace(const MgMail *mail, const gchar *message_id)
{
    MgMail *copy = mg_mail_copy(mail);

    g_free(copy->message_id);
    copy->message_id = g_strdup(message_id);
    g_bytes_unref(copy->wire);
    copy->wire = replace_in_wire(mail->wire, message_id);
    return copy;
}
