/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7, send: one SMTP session, kept open between mails (contract 5, 8, 9; RFC 5321).
 *
 * A session belongs to one worker. mg_session_init() once in main before threads start.
 */
#pragma once

#include "model/mail.h"
#include "model/outcome.h"
#include "model/settings.h"

typedef struct MgSession MgSession;

void mg_session_init(void);

/* Connects nowhere yet. `settings` must outlive the session. */
MgSession *mg_session_new(const MgSmtpSettings *settings, GError **error);
void mg_session_free(MgSession *session); /* says QUIT where a connection is open */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSession, mg_session_free)

/* Delivers one mail: one connection attempt more where a kept connection turned out to be closed
 * before DATA. Accepted where at least one recipient was taken and the final dot answered 2xx.
 * Otherwise NULL with
 *   MG_ERROR_GROUP            the server refused this mail or all its recipients; says step and
 * reply MG_ERROR_RUN              the server cannot be reached, offers no TLS or login as demanded,
 * refuses the login: no mail will fare better MG_ERROR_RETRY            nothing was delivered and
 * another attempt may work (421, 4xx, stall before the final dot) MG_ERROR_UNKNOWN_OUTCOME  the
 * answer to the final dot was lost: may have been accepted */
MgOutcome *mg_session_send(MgSession *session, const MgMail *mail, GError **error);

/* Connects, greets, starts TLS and logs in as a mail would, without a mail. MG_ERROR_RUN as above.
 */
gboolean mg_session_probe(MgSession *session, GError **error);
