/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The failure policy: what a failure in the dialogue with an SMTP server means for the caller. All
 * of it stands here; what hangs on it is in doc/ARCHITECTURE.md, Never twice, never lost.
 *
 * A failure has an extent of damage:
 *
 *   recipient   refused while another one was taken: the mail goes out, and is asked for again in
 *               a further transaction where the reason may have been the company
 *               (smtp/portion.h). The refusal that stays is told, with 5xx for good, else for now:
 *               then the mail is owed
 *
 *   mail        GROUP: the server, answering properly, does not want this mail: MAIL FROM, all
 *               recipients, DATA or the final dot refused with 4xx or 5xx. Temporary refusals
 *               (greylisting, full disk) too: asking again at once is what they refuse, the next
 *               run does. A refused sender as well: most often it hits every mail, but a format
 *               script may set a sender of its own, and that must not end the others' run.
 *
 *   server      RUN: no connection, no greeting, no TLS or login as demanded, login refused,
 *               "authentication required" (530, 534, 538) at any step: no mail would fare better
 *
 *   connection  RETRY: 421, closed, silent beyond the timeout, speaking nonsense or out of turn
 *               (smtp/turn.h), before the final dot could go out: nothing was delivered, another
 *               connection may do.
 *               421 to the final dot as well.
 *
 * and one has no extent that could be known: UNKNOWN_OUTCOME, the final dot may have gone out and
 * no answer to it came.
 *
 * Pure, for any thread.
 */
#pragma once

#include "model/mail.h"
#include "model/outcome.h"
#include "model/settings.h"
#include "smtp/dialogue.h"

#include <curl/curl.h>

typedef struct {
    const MgSmtpSettings *settings;
    const MgDialogue *dialogue; /* as it stood when libcurl gave up */
    CURLcode code;
    const gchar *detail; /* libcurl's own words, may be empty */
    gboolean reused;     /* the connection had served before */
} MgTrouble;

/* The error for a mail (NULL: for a probe) that was not accepted; where one recipient at least was
 * refused for the time being (4xx), it may pass; where all of them or the mail were refused with
 * 5xx, it is for good. A sender that is refused is neither: that is no matter of this mail.
 * (transfer full) */
GError *mg_verdict(const MgTrouble *trouble, const MgMail *mail);

/* The server, by its answers or by having closed, was done with a connection kept from before, and
 * nothing of the mail but its envelope was said: the same again on a new connection harms
 * nobody. */
gboolean mg_verdict_is_stale_connection(const MgTrouble *trouble);

/* TLS itself failed, whose use was only opportunistic: clear text may work. */
gboolean mg_verdict_is_failed_handshake(const MgTrouble *trouble);

/* Adds to `outcome` each recipient of `mail` that was refused, but for those who were turned away
 * and are to be asked again (smtp/portion.h). */
void mg_verdict_refusals(const MgDialogue *dialogue, const MgMail *mail, MgOutcome *outcome);

/* Adds to `outcome`, of a mail that others have, every recipient of `mail`: it failed with
 * `failure`, after `dialogue`. Refused for good are those to whom, or to whose mail, the server
 * said 5xx; what it said to MAIL FROM, and an end that has nothing to do with the mail, is for
 * now. */
void mg_verdict_left_out(const MgDialogue *dialogue, const MgMail *mail, const GError *failure,
                         MgOutcome *outcome);
