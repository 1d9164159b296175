/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stages 5 and 6, compose: a draft as MIME (mailgen-templates(5), THE MAIL).
 *
 * mg_compose_init() once in main before threads start; all else from any thread.
 */
#pragma once

#include "model/draft.h"
#include "model/mail.h"
#include "model/pairs.h"

/* Prepares GMime, which is not made for threads that do so at the same time. */
void mg_compose_init(void);

/* Whether mg_compose_content() and mg_compose_mail() can make a mail of it; their errors. The
 * sender is looked at only where that is asked for: the site's own is known to be fit. */
gboolean mg_compose_check(const MgDraft *draft, gboolean with_sender,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The content of the mail with its own MIME headers, lines ended by CRLF: the very bytes to sign
 * and to send. A text/plain, or a multipart/mixed of it and the attachment; with a report as
 * mime/report_mail.h has it, X-ARF 0.2 as "PLAIN". Text is quoted-printable; a reader that decodes
 * it gets the body's lines and exactly the bytes of the attachment, but that the last line of each
 * is ended, and an empty text is one empty line. MG_ERROR_GROUP for text that is not UTF-8, an
 * attachment name that no header can hold, and evidence of no media type. */
GBytes *mg_compose_content(const MgDraft *draft, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new one, with its angle brackets and the domain of that address. (transfer full) */
gchar *mg_compose_message_id(const gchar *sender_address);

/* Whether the site's own texts can be headers of a mail: `sender`, `further_headers` (nullable).
 * Errors as mg_compose_mail(), naming the field. */
gboolean mg_compose_check_site(const gchar *sender, const MgPairs *further_headers,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole mail. `signature` NULL: unsigned, `content` becomes the body and its headers the
 * mail's. Else a multipart/signed over `content` with `micalg` ("pgp-sha256"). `message_id` NULL: a
 * new one with the domain of the sender; `date`: microseconds, cut to whole seconds, printed in
 * local time with zone. `further_headers` (nullable): fields of the site's own, see mime/header.h
 * for what they may be. Line breaks in a header value and unfit addresses, in headers and envelope
 * alike, are MG_ERROR_GROUP, and so is a draft whose envelope has no recipient. */
MgMail *mg_compose_mail(const MgDraft *draft, GBytes *content, GBytes *signature,
                        const gchar *micalg, const gchar *message_id, gint64 date,
                        const MgPairs *further_headers, GError **error) G_GNUC_WARN_UNUSED_RESULT;
