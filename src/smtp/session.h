/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7, send: one SMTP session, kept open between mails (RFC 5321).
 *
 * Of one thread at a time. What a failure means is decided in smtp/verdict.h.
 *
 * Time: `timeout` of the settings is what the server may take to be connected (30 seconds at most
 * until the host itself answers), greet, agree on TLS and login, all together; then for each
 * answer, and for taking the next piece of a mail. One mail, all steps together, may take four
 * timeouts and a second more for every 10 KB; where the server wants it in several transactions,
 * each of them.
 */
#pragma once

#include "model/mail.h"
#include "model/outcome.h"
#include "model/settings.h"

typedef struct MgSession MgSession;

/* Connects nowhere yet. `settings` must outlive the session. MG_ERROR_SETUP where the settings
 * cannot work: a host that is no host name, a login in clear to another machine (tls "never"), a
 * login without password, a ca_file that cannot be read. */
MgSession *mg_session_new(const MgSmtpSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_session_free(MgSession *session); /* says QUIT where a connection is open */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSession, mg_session_free)

/* Delivers one mail: one connection attempt more where a kept connection turned out to be closed
 * (or ended with 421) before DATA was answered. Accepted where at least one recipient was taken and
 * the final dot answered 2xx. A server that takes only some recipients at once (4xx to others after
 * one was taken) gets the same bytes for the rest in further transactions.
 *
 * From the first acceptance on the mail counts as accepted, whatever comes of the rest: the
 * outcome's refusals say of each recipient who was left out whether for good, for now (is owed the
 * mail), or uncertain, since the answer to the dot of a further transaction was lost
 * (model/outcome.h). What a crash leaves open is the mail with all its recipients.
 *
 * Where nobody was taken, NULL with
 *
 *   MG_ERROR_GROUP            the server refused this mail or all its recipients, for good or for
 *                             now; says step and reply. Also: the mail is not fit to be sent
 *                             (smtp/envelope.h)
 *   MG_ERROR_RUN              the server cannot be reached, offers no TLS or login as demanded or
 *                             refuses the login: no mail will fare better. Also: ten connections in
 *                             a row were lost, before or after a final dot; this session is then
 *                             done with
 *   MG_ERROR_RETRY            nothing was delivered and another attempt may work: 421, connection
 *                             lost, stall or nonsense before the final dot
 *   MG_ERROR_UNKNOWN_OUTCOME  the answer to the final dot was lost: it may have been accepted
 *
 * After an error that leaves the connection in doubt the next call makes a new one. */
MgOutcome *mg_session_send(MgSession *session, const MgMail *mail,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Connects, greets, starts TLS and logs in as a mail would, without a mail. MG_ERROR_RUN as above,
 * MG_ERROR_RETRY where a connection kept from before was lost twice. */
gboolean mg_session_probe(MgSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many bytes a mail may have, as the server announced on the connection of the last mail or
 * probe: 0 where it announced no limit. FALSE where no server has greeted yet. It may be a lie. */
gboolean mg_session_announced_size(const MgSession *session, guint64 *most_bytes);

/* Whether the connection of the last mail or probe is encrypted. */
gboolean mg_session_is_secured(const MgSession *session);
