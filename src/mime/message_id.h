/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Message-Ids; and that of a mail that is complete already, such as one that a format script made
 * itself (a delivery that is made again keeps its Message-Id: doc/ARCHITECTURE.md, Never twice,
 * never lost).
 *
 * From any thread.
 */
#pragma once

#include "model/mail.h"

/* Whether a header can hold it: printable ASCII in angle brackets, none of these within. */
gboolean mg_message_id_is_fit(const gchar *text);

/* A copy of `mail` whose one Message-Id is `message_id`, with its angle brackets; everything else
 * stays byte for byte, so a signature stays valid. (transfer full) */
MgMail *mg_message_id_replace(const MgMail *mail, const gchar *message_id);
