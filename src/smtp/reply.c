/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/reply.h"

#include "base/error.h"

#include <string.h>

#define LINE_LIMIT 2048 /* RFC 5321 allows 512; longer ones exist */
#define TEXT_LIMIT 4096
#define ID_LIMIT 128

MgReply *mg_reply_new(void)
{
    MgReply *reply = g_new0(MgReply, 1);

    reply->text = g_string_new(NULL);
    reply->noise = g_string_new(NULL);
    reply->line = g_string_new(NULL);
    return reply;
}

void mg_reply_free(MgReply *reply)
{
    if (reply == NULL)
        return;
    g_string_free(reply->text, TRUE);
    g_string_free(reply->noise, TRUE);
    g_string_free(reply->line, TRUE);
    g_free(reply);
}

void mg_reply_clear(MgReply *reply)
{
    reply->code = 0;
    reply->complete = FALSE;
    g_string_truncate(reply->text, 0);
    g_string_truncate(reply->noise, 0);
    g_string_truncate(reply->line, 0);
}

/* The length of an enhanced status code (class.subject.detail) at `text`, 0 where there is none. */
static gsize enhanced_length(const gchar *text)
{
    gsize at = 1;

    if (strchr("245", text[0]) == NULL || text[0] == '\0')
        return 0;
    for (guint part = 0; part < 2; part++) {
        gsize digits = 0;
        if (text[at] != '.')
            return 0;
        at++;
        while (g_ascii_isdigit(text[at + digits]))
            digits++;
        if (digits < 1 || digits > 3)
            return 0;
        at += digits;
    }
    return text[at] == '\0' || text[at] == ' ' ? at : 0;
}

static gboolean is_reply_line(const GString *line)
{
    return line->len >= 3 && line->str[0] >= '1' && g_ascii_isdigit(line->str[0]) &&
           g_ascii_isdigit(line->str[1]) && g_ascii_isdigit(line->str[2]) &&
           (line->len == 3 || line->str[3] == ' ' || line->str[3] == '-');
}

/* Text after the code. Servers repeat the enhanced code in every line: once is enough. */
static void append_text(MgReply *reply, const gchar *rest, gsize length)
{
    gsize repeated = reply->text->len > 4 ? enhanced_length(reply->text->str + 4) : 0;

    if (repeated > 0 && length >= repeated && memcmp(rest, reply->text->str + 4, repeated) == 0 &&
        (length == repeated || rest[repeated] == ' ')) {
        rest += repeated;
        length -= repeated;
    }
    while (length > 0 && *rest == ' ') {
        rest++;
        length--;
    }
    if (length == 0 || reply->text->len + length + 1 > TEXT_LIMIT)
        return;
    g_string_append_c(reply->text, ' ');
    g_string_append_len(reply->text, rest, (gssize)length);
}

static void take_line(MgReply *reply)
{
    GString *line = reply->line;

    while (line->len > 0 && (line->str[line->len - 1] == '\r' || line->str[line->len - 1] == ' '))
        g_string_truncate(line, line->len - 1);
    if (!is_reply_line(line)) {
        if (reply->noise->len == 0)
            g_string_append_len(reply->noise, line->str, (gssize)line->len);
        g_string_truncate(line, 0);
        return;
    }

    /* Where the codes of one reply differ the last one counts, as for libcurl. */
    reply->code = (guint)(line->str[0] - '0') * 100 + (guint)(line->str[1] - '0') * 10 +
                  (guint)(line->str[2] - '0');
    if (reply->text->len == 0)
        g_string_append_len(reply->text, line->str, 3);
    memcpy(reply->text->str, line->str, 3);
    if (line->len > 4)
        append_text(reply, line->str + 4, line->len - 4);
    reply->complete = line->len == 3 || line->str[3] == ' ';
    g_string_truncate(line, 0);
}

gsize mg_reply_add(MgReply *reply, const gchar *bytes, gsize length)
{
    gsize taken = 0;

    while (taken < length && !reply->complete) {
        gchar byte = bytes[taken++];
        if (byte == '\n')
            take_line(reply);
        else if (reply->line->len < LINE_LIMIT)
            g_string_append_c(reply->line, byte);
    }
    return taken;
}

static const GString *heard(const MgReply *reply)
{
    return reply->text->len > 0 ? reply->text : reply->noise;
}

gchar *mg_reply_text(const MgReply *reply)
{
    const GString *shown = heard(reply);

    return shown->len > 0 ? mg_error_escape_bytes(shown->str, shown->len) : g_strdup("none");
}

gchar *mg_reply_quote(const MgReply *reply)
{
    const GString *shown = heard(reply);

    return shown->len > 0 ? mg_error_quote_bytes(shown->str, shown->len) : mg_error_quote(NULL);
}

gchar *mg_reply_enhanced(const MgReply *reply)
{
    gsize length = reply->text->len > 4 ? enhanced_length(reply->text->str + 4) : 0;

    return length > 0 ? g_strndup(reply->text->str + 4, length) : NULL;
}

static gboolean is_id_character(gchar character)
{
    return g_ascii_isalnum(character) || (character != '\0' && strchr("-_.:@+=", character));
}

/* The name that begins at `text`, without the full stop that ends a sentence. */
static gchar *id_at(const gchar *text)
{
    gsize length = 0;

    while (is_id_character(text[length]))
        length++;
    while (length > 0 && strchr(".:", text[length - 1]) != NULL)
        length--;
    return length > 0 && length <= ID_LIMIT ? g_strndup(text, length) : NULL;
}

/* The word that ends where `end` points. */
static gchar *id_before(const gchar *text, const gchar *end)
{
    const gchar *start = end;

    while (start > text && is_id_character(start[-1]))
        start--;
    if (start == end || (gsize)(end - start) > ID_LIMIT)
        return NULL;
    return g_strndup(start, (gsize)(end - start));
}

static gchar *id_after(const gchar *text, const gchar *lower, const gchar *mark)
{
    const gchar *found = strstr(lower, mark);

    if (found == NULL || (g_ascii_isalnum(mark[0]) && found > lower && g_ascii_isalnum(found[-1])))
        return NULL;
    return id_at(text + (found - lower) + strlen(mark));
}

/* Sendmail and OpenSMTPD: "250 2.0.0 4A1B2C Message accepted for delivery". */
static gchar *id_of_sendmail(const gchar *text, const gchar *lower)
{
    const gchar *found = strstr(lower, " message accepted for delivery");
    g_autofree gchar *id = found != NULL ? id_before(text, text + (found - lower)) : NULL;

    /* What stands there may be a code: "250 2.0.0 Message accepted for delivery". */
    if (id == NULL || enhanced_length(id) > 0 || (gsize)(found - lower) == strlen(id))
        return NULL;
    return g_steal_pointer(&id);
}

gchar *mg_reply_queue_id(const gchar *text)
{
    static const gchar *const marks[] = {
        "queued as ",      /* Postfix */
        "queued (",        /* Haraka */
        "internalid=",     /* Exchange */
        "id=",             /* Exim */
        " qp ",            /* qmail */
        "queued with id ", /* Courier and others */
        "queue id ",
    };
    g_autofree gchar *lower = g_ascii_strdown(text, -1);

    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        gchar *id = id_after(text, lower, marks[i]);
        if (id != NULL)
            return id;
    }
    return id_of_sendmail(text, lower);
}
