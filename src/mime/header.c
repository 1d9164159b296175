/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/header.h"

#include "base/clock.h"
#include "base/error.h"
#include "mime/address.h"

#include <string.h>
#include <time.h>

#define LINE_LIMIT 76
#define WORD_LIMIT 75 /* of an encoded word, RFC 2047 2 */
#define WORD_FRAME 12 /* "=?utf-8?q?" and "?=" */
#define WORD_LEAST 30 /* with less room than this an encoded word begins on a new line */
#define Q_BONUS 5
#define NAME_LIMIT 60 /* of a field name */
#define RAW_LIMIT 900 /* a line of 998 is the most that RFC 5322 lets pass */

static gsize current_column(const GString *out)
{
    const gchar *line = memrchr(out->str, '\n', out->len);

    return line != NULL ? (gsize)(out->str + out->len - line - 1) : out->len;
}

/* The space before `width` more characters, on a new line where they no longer fit on this one. */
static void append_gap(GString *out, gsize width)
{
    gboolean fits = current_column(out) + 1 + width <= LINE_LIMIT;

    g_string_append(out, fits ? " " : "\r\n ");
}

static gboolean is_printable_ascii(const gchar *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return FALSE;
    return TRUE;
}

/* The length up to the next single space, where a line may be folded: white space at the end of a
 * line would not be safe on its way. */
static gsize unbroken_length(const gchar *text)
{
    gsize length = 1;

    while (text[length] != '\0' && !(text[length] == ' ' && text[length - 1] != ' ' &&
                                     text[length + 1] != ' ' && text[length + 1] != '\0'))
        length++;
    return length;
}

static gsize longest_unbroken(const gchar *text)
{
    gsize longest = 0;

    while (*text != '\0') {
        gsize length = unbroken_length(text);
        longest = MAX(longest, length);
        text += length;
    }
    return longest;
}

/* Printable ASCII, folded at single spaces. */
static void append_folded(GString *out, const gchar *text)
{
    gsize length;

    for (; *text != '\0'; text += length) {
        length = unbroken_length(text);
        if (*text == ' ' && current_column(out) + length > LINE_LIMIT)
            g_string_append(out, "\r\n");
        g_string_append_len(out, text, (gssize)length);
    }
}

/* What may stand for itself in an encoded word, in free text and in names alike (RFC 2047 5). */
static gboolean is_plain(gchar character)
{
    return g_ascii_isalnum(character) || (character != '\0' && strchr("!*+-/", character) != NULL);
}

static gsize q_width(const gchar *text, gsize length)
{
    gsize width = 0;

    for (gsize i = 0; i < length; i++)
        width += is_plain(text[i]) || text[i] == ' ' ? 1 : 3;
    return width;
}

static gsize b_width(gsize length)
{
    return (length + 2) / 3 * 4;
}

/* How many bytes of whole characters fit in `room` characters, one character at least. */
static gsize fitting_length(const gchar *text, gboolean q, gsize room)
{
    gsize length = 0;

    while (text[length] != '\0') {
        gsize next = length + (gsize)(g_utf8_next_char(text + length) - (text + length));
        if (length > 0 && (q ? q_width(text, next) : b_width(next)) > room)
            break;
        length = next;
    }
    return length;
}

static void append_q(GString *out, const gchar *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (is_plain(text[i]))
            g_string_append_c(out, text[i]);
        else if (text[i] == ' ')
            g_string_append_c(out, '_');
        else
            g_string_append_printf(out, "=%02X", (guchar)text[i]);
    }
}

static void append_b(GString *out, const gchar *text, gsize length)
{
    g_autofree gchar *encoded = g_base64_encode((const guchar *)text, length);

    g_string_append(out, encoded);
}

/* A gap and the text as encoded words: Q, which people can read, unless B is clearly shorter. */
static void append_encoded(GString *out, const gchar *text)
{
    gsize total = strlen(text);
    gboolean q = q_width(text, total) < b_width(total) + Q_BONUS;

    while (*text != '\0') {
        gsize room;
        gsize length;

        append_gap(out, WORD_LEAST);
        room = MIN(WORD_LIMIT, LINE_LIMIT - current_column(out)) - WORD_FRAME;
        length = fitting_length(text, q, room);
        g_string_append(out, q ? "=?utf-8?q?" : "=?utf-8?b?");
        if (q)
            append_q(out, text, length);
        else
            append_b(out, text, length);
        g_string_append(out, "?=");
        text += length;
    }
}

static gboolean fail(GError **error, const gchar *name, const gchar *value, const gchar *reason)
{
    g_autofree gchar *quoted_name = mg_error_quote(name);
    g_autofree gchar *quoted = mg_error_quote(value);

    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "header %s: %s: %s", quoted_name, reason, quoted);
    return FALSE;
}

static gboolean check_value(const gchar *name, const gchar *value, GError **error)
{
    if (!g_utf8_validate(value, -1, NULL))
        return fail(error, name, value, "not UTF-8");
    if (strpbrk(value, "\r\n") != NULL)
        return fail(error, name, value, "line break");
    return TRUE;
}

/* Whether free text needs no encoded words to arrive as it is. */
static gboolean is_safe_text(const gchar *name, const gchar *text)
{
    gsize length = strlen(text);

    return is_printable_ascii(text) && strstr(text, "=?") == NULL && *text != ' ' &&
           (length == 0 || text[length - 1] != ' ') &&
           longest_unbroken(text) + strlen(name) + 2 <= LINE_LIMIT;
}

static void append_text(GString *out, const gchar *name, const gchar *text, gboolean raw)
{
    g_string_append_printf(out, "%s:", name);
    if (raw && *text != '\0')
        g_string_append_c(out, ' ');
    if (raw)
        append_folded(out, text);
    else
        append_encoded(out, text);
    g_string_append(out, "\r\n");
}

gboolean mg_header_append_text(GString *out, const gchar *name, const gchar *text, GError **error)
{
    if (!check_value(name, text, error))
        return FALSE;
    append_text(out, name, text, is_safe_text(name, text));
    return TRUE;
}

static gboolean is_words(const gchar *name)
{
    for (; *name != '\0'; name++)
        if (!g_ascii_isalnum(*name) && strchr("!#$%&'*+-/=?^_`{|}~ ", *name) == NULL)
            return FALSE;
    return TRUE;
}

/* A gap and a display name: words, else a quoted string, else encoded words. */
static void append_name(GString *out, const gchar *name)
{
    if (!is_printable_ascii(name) || strstr(name, "=?") != NULL || strlen(name) > LINE_LIMIT / 2) {
        append_encoded(out, name);
        return;
    }
    append_gap(out, strlen(name) + 2);
    if (is_words(name)) {
        g_string_append(out, name);
        return;
    }
    g_string_append_c(out, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"' || *name == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *name);
    }
    g_string_append_c(out, '"');
}

static void append_mailbox(GString *out, const MgMailbox *mailbox)
{
    gsize width = strlen(mailbox->address) + 1; /* and what may follow it: a comma */

    if (mailbox->name == NULL) {
        append_gap(out, width);
        g_string_append(out, mailbox->address);
        return;
    }
    append_name(out, mailbox->name);
    append_gap(out, width + 2);
    g_string_append_printf(out, "<%s>", mailbox->address);
}

/* Whether an address field needs no writing anew: it fits, and no space stands at an end of it. */
static gboolean fits_as_given(const gchar *name, const gchar *given)
{
    gsize length = strlen(given);

    return is_printable_ascii(given) && strlen(name) + 2 + length <= LINE_LIMIT &&
           given[0] != ' ' && given[length - 1] != ' ';
}

void mg_header_append_addresses(GString *out, const gchar *name, const gchar *given,
                                const GPtrArray *mailboxes)
{
    g_assert(mailboxes->len > 0 && *given != '\0');
    g_string_append_printf(out, "%s:", name);
    if (fits_as_given(name, given)) {
        g_string_append_printf(out, " %s\r\n", given);
        return;
    }
    for (guint i = 0; i < mailboxes->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_mailbox(out, g_ptr_array_index(mailboxes, i));
    }
    g_string_append(out, "\r\n");
}

static gboolean is_among(const gchar *name, const gchar *const *names)
{
    for (; *names != NULL; names++)
        if (g_ascii_strcasecmp(name, *names) == 0)
            return TRUE;
    return FALSE;
}

/* What the program writes itself, and what the mail's way writes: a second one would be a lie. */
static gboolean is_reserved(const gchar *name)
{
    static const gchar *const reserved[] = {
        "From",           "To",           "Bcc",         "Subject",  "Date", "Message-Id",
        "Auto-Submitted", "MIME-Version", "Return-Path", "Received", NULL};

    return is_among(name, reserved) || g_ascii_strncasecmp(name, "Content-", 8) == 0;
}

static gboolean is_field_name(const gchar *name)
{
    const gchar *at = name;

    while (g_ascii_isgraph(*at) && *at != ':')
        at++;
    return at > name && *at == '\0' && at - name <= NAME_LIMIT;
}

static gboolean append_further_addresses(GString *out, const gchar *name, const gchar *value,
                                         GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(name);
    g_autofree gchar *what = g_strconcat("header ", quoted, NULL);
    g_autoptr(GPtrArray) mailboxes = mg_address_parse(what, value, error);

    if (mailboxes == NULL)
        return FALSE;
    mg_header_append_addresses(out, name, value, mailboxes);
    return TRUE;
}

gboolean mg_header_append_further(GString *out, const gchar *name, const gchar *value,
                                  GError **error)
{
    static const gchar *const of_addresses[] = {"Reply-To", "Cc", "Sender", "Errors-To", NULL};
    g_autofree gchar *text = NULL;
    gboolean raw;

    if (!is_field_name(name))
        return fail(error, name, value, "not the name of a header field");
    if (is_reserved(name))
        return fail(error, name, value, "the program writes this header itself");
    if (value == NULL)
        return fail(error, name, value, "no value");
    if (is_among(name, of_addresses))
        return append_further_addresses(out, name, value, error);
    if (!check_value(name, value, error))
        return FALSE;
    for (const gchar *at = value; *at != '\0'; at++)
        if (g_ascii_iscntrl(*at))
            return fail(error, name, value, "control character");
    text = g_strstrip(g_strdup(value));
    raw = is_printable_ascii(text);
    if (raw && longest_unbroken(text) > RAW_LIMIT)
        return fail(error, name, value, "a word of more than 900 characters");
    append_text(out, name, text, raw);
    return TRUE;
}

void mg_header_append_date(GString *out, gint64 date)
{
    static const gchar days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const gchar months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)mg_clock_seconds(date);
    struct tm local;
    glong offset;

    g_assert(localtime_r(&seconds, &local) != NULL);
    offset = ABS(local.tm_gmtoff) / 60;
    g_string_append_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d %c%02ld%02ld\r\n",
                           days[local.tm_wday], local.tm_mday, months[local.tm_mon],
                           local.tm_year + 1900, local.tm_hour, local.tm_min, local.tm_sec,
                           local.tm_gmtoff < 0 ? '-' : '+', offset / 60, offset % 60);
}
