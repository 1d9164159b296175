/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/report_mail.h"

#include "base/error.h"
#include "mime/base64.h"
#include "mime/quoted_printable.h"
#include "mime/utf8.h"

#include <string.h>

static void append_text(GString *out, const gchar *headers, const gchar *text)
{
    g_string_append_printf(out, "%sContent-Transfer-Encoding: quoted-printable\r\n\r\n", headers);
    mg_quoted_printable_append(out, text, strlen(text), MG_LINES_TEXT);
}

static void append_bytes(GString *out, const gchar *headers, const guchar *bytes, gsize size)
{
    g_string_append_printf(out, "%sContent-Transfer-Encoding: base64\r\n\r\n", headers);
    mg_base64_append(out, bytes, size);
}

/* In the encodings that the parts have no line begins with "--=_", so any boundary would do; a
 * digest makes them differ where one mail holds another. */
static gchar *make_boundary(const GPtrArray *parts)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);

    for (guint i = 0; i < parts->len; i++) {
        const GString *part = g_ptr_array_index(parts, i);
        g_checksum_update(checksum, (const guchar *)part->str, (gssize)part->len);
    }
    return g_strdup_printf("=_%.40s", g_checksum_get_string(checksum));
}

static GString *add_part(GPtrArray *parts)
{
    GString *part = g_string_new(NULL);

    g_ptr_array_add(parts, part);
    return part;
}

static void free_part(gpointer part)
{
    g_string_free(part, TRUE);
}

/* `type`: with its parameters but for the boundary. */
static GBytes *join(const gchar *type, const GPtrArray *parts)
{
    g_autofree gchar *boundary = make_boundary(parts);
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "Content-Type: %s;\r\n boundary=\"%s\"\r\n\r\n", type, boundary);
    for (guint i = 0; i < parts->len; i++) {
        const GString *part = g_ptr_array_index(parts, i);
        g_string_append_printf(out, "--%s\r\n", boundary);
        g_string_append_len(out, part->str, (gssize)part->len);
        g_string_append(out, "\r\n");
    }
    g_string_append_printf(out, "--%s--\r\n", boundary);
    return g_string_free_to_bytes(out);
}

GBytes *mg_report_mail_xarf(const gchar *text, const gchar *user_agent, const gchar *json,
                            GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(free_part);

    if (!mg_utf8_check("the text", text, error) || !mg_utf8_check("the report", json, error))
        return NULL;
    append_text(add_part(parts), "Content-Type: text/plain; charset=\"utf-8\"\r\n", text);
    g_string_append_printf(add_part(parts),
                           "Content-Type: message/feedback-report\r\n"
                           "Content-Disposition: inline\r\n\r\n"
                           "Feedback-Type: xarf\r\nUser-Agent: %s\r\nVersion: 1\r\n",
                           user_agent);
    append_bytes(add_part(parts),
                 "Content-Type: application/json; name=\"xarf.json\"\r\n"
                 "Content-Disposition: attachment; filename=\"xarf.json\"\r\n",
                 (const guchar *)json, strlen(json));
    return join("multipart/report; report-type=feedback-report", parts);
}

/* RFC 6838 4.2: the names of types and subtypes. */
static gsize name_length(const gchar *text)
{
    gsize length = 0;

    while (g_ascii_isalnum(text[length]) ||
           (text[length] != '\0' && strchr("!#$&-^_.+", text[length]) != NULL))
        length++;
    return length <= 127 ? length : 0;
}

/* Parts that hold parts may not be in base64 (RFC 2045 6.4). */
static gboolean check_type(const gchar *type, GError **error)
{
    g_autofree gchar *quoted = mg_error_quote(type);
    gsize first = name_length(type);
    gsize second = type[first] == '/' ? name_length(type + first + 1) : 0;
    gboolean fits = first > 0 && second > 0 && type[first + 1 + second] == '\0' &&
                    g_ascii_strncasecmp(type, "multipart/", 10) != 0 &&
                    g_ascii_strncasecmp(type, "message/", 8) != 0;

    if (!fits)
        g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is no media type for evidence", quoted);
    return fits;
}

static void append_evidence(GString *out, GBytes *evidence, const gchar *type)
{
    gsize size;
    const guchar *bytes = g_bytes_get_data(evidence, &size);
    gboolean is_text = g_ascii_strncasecmp(type, "text/", 5) == 0 &&
                       g_utf8_validate((const gchar *)bytes, (gssize)size, NULL);
    g_autofree gchar *headers =
        g_strdup_printf("Content-Type: %s%s\r\nContent-Disposition: attachment\r\n", type,
                        is_text ? "; charset=\"utf-8\"" : "");

    append_bytes(out, headers, bytes, size);
}

GBytes *mg_report_mail_plain(const gchar *text, const gchar *report, GBytes *evidence,
                             const gchar *evidence_type, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(free_part);

    if (!mg_utf8_check("the text", text, error) || !mg_utf8_check("the report", report, error))
        return NULL;
    if (evidence != NULL && !check_type(evidence_type, error))
        return NULL;
    append_text(add_part(parts), "Content-Type: text/plain; charset=\"utf-8\"\r\n", text);
    append_text(add_part(parts),
                "Content-Type: text/plain; charset=\"utf-8\"; name=\"report.txt\"\r\n"
                "Content-Disposition: attachment; filename=\"report.txt\"\r\n",
                report);
    if (evidence != NULL)
        append_evidence(add_part(parts), evidence, evidence_type);
    return join("multipart/mixed", parts);
}

GBytes *mg_report_mail_wrapped(GBytes *wire)
{
    gsize size;
    const gchar *bytes = g_bytes_get_data(wire, &size);
    GString *out = g_string_new("Content-Type: message/rfc822; name=\"xarf.eml\"\r\n"
                                "Content-Disposition: attachment; filename=\"xarf.eml\"\r\n\r\n");

    g_string_append_len(out, bytes, (gssize)size);
    return g_string_free_to_bytes(out);
}
