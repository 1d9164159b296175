/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One mail that only tests, through the stages that every mail takes: composed, signed where the
 * site signs, held by its safety settings, sent. No database: no ticket number is drawn (the mail
 * has "test" for one) and nothing recorded.
 */
#pragma once

#include "flow/site.h"
#include "model/mail.h"
#include "model/outcome.h"

/* Sends it to `address`. `mail` receives the mail as it went out, its envelope redirected where the
 * site wants that; NULL where it was not even made (transfer full). Errors: an `address` that is
 * none, or is not allowed, is MG_ERROR_GROUP; the others are those of smtp/session.h and
 * openpgp/signer.h. */
MgOutcome *mg_trial_mail_send(const MgSite *site, const gchar *address, MgMail **mail,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
