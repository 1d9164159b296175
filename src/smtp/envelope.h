/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What must hold for a mail before it may go into an SMTP dialogue. libcurl checks none of it.
 *
 * Pure, for any thread.
 */
#pragma once

#include "model/mail.h"

/* MG_ERROR_GROUP where an envelope address holds anything but printable ASCII, or a blank, comma or
 * angle bracket, or is not local@domain; or where a line of the mail is not ended by CRLF: a CR or
 * LF alone is a line end to some servers, and a way to smuggle a second mail through. */
gboolean mg_envelope_check(const MgMail *mail, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a line of the mail begins with a dot, to which the protocol adds another. */
gboolean mg_envelope_has_dotted_line(const MgMail *mail);
