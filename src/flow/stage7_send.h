/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 7, send: SMTP (smtp/session.h).
 */
#pragma once

#include "flow/site.h"
#include "model/mail.h"
#include "model/outcome.h"
#include "smtp/session.h"

/* As mg_session_send(), for `told->mail`; what the server said is logged, and the account is told
 * by the rest of `told`, whose outcome is not looked at. `session` NULL, in a dry run and a
 * preview: nothing is sent, and every mail counts as accepted. */
MgOutcome *mg_stage7_send(MgSession *session, const MgSite *site, const MgAccountMail *told,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
