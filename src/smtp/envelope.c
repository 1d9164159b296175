/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/envelope.h"

#include "base/error.h"

#include <string.h>

/* Behind a local part in quotes, in which a backslash takes the meaning from what follows it;
 * `address` itself where there is none, NULL where it is never closed or holds what no command line
 * may. */
static const gchar *skip_quoted(const gchar *address)
{
    const gchar *c = address;

    if (*c != '"')
        return address;
    for (c++; *c != '"'; c++) {
        if (*c == '\\')
            c++;
        if (*c < ' ' || *c >= 0x7f)
            return NULL;
    }
    return c + 1;
}

static gboolean check_address(const gchar *address, GError **error)
{
    const gchar *rest = skip_quoted(address);
    const gchar *at = rest != NULL ? strchr(rest, '@') : NULL;
    g_autofree gchar *quoted = NULL;

    for (const gchar *c = rest; at != NULL && *c != '\0'; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '<' || *c == '>' || *c == ',')
            at = NULL;
    if (at != NULL && at > address && at[1] != '\0' && (rest == address || at == rest))
        return TRUE;
    quoted = mg_error_quote(address);
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP, "%s is no address for an SMTP envelope", quoted);
    return FALSE;
}

/* Lines that a server may end elsewhere than we do are a way to smuggle in a second mail. */
static gboolean check_lines(const guint8 *wire, gsize size, GError **error)
{
    gsize line = 1;
    const guint8 *at = wire;
    const guint8 *end = size > 0 ? wire + size : wire;

    /* An empty mail may have no address at all, which memchr() must not be given. */
    for (const guint8 *feed; at < end && (feed = memchr(at, '\n', (gsize)(end - at))) != NULL;
         at = feed + 1) {
        if (feed == at || memchr(at, '\r', (gsize)(feed - at)) != feed - 1)
            break;
        line++;
    }
    if (at == end && size > 0)
        return TRUE;
    g_set_error(error, MG_ERROR, MG_ERROR_GROUP,
                "line %" G_GSIZE_FORMAT " of the mail does not end in CRLF", line);
    return FALSE;
}

gboolean mg_envelope_check(const MgMail *mail, GError **error)
{
    gsize size;
    const guint8 *wire = g_bytes_get_data(mail->wire, &size);

    g_assert(mail->envelope_tos != NULL && mail->envelope_tos[0] != NULL);
    if (!check_address(mail->envelope_from, error))
        return FALSE;
    for (guint i = 0; mail->envelope_tos[i] != NULL; i++)
        if (!check_address(mail->envelope_tos[i], error))
            return FALSE;
    return check_lines(wire, size, error);
}

gboolean mg_envelope_has_dotted_line(const MgMail *mail)
{
    gsize size;
    const guint8 *wire = g_bytes_get_data(mail->wire, &size);

    return wire[0] == '.' || memmem(wire, size, "\n.", 2) != NULL;
}
