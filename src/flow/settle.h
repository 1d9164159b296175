/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What an uncertain delivery comes to (doc/ARCHITECTURE.md, Never twice, never lost): made again,
 * held for the operator, or settled without a mail because what happened since is known.
 */
#pragma once

#include "database/uncertain.h"
#include "flow/site.h"
#include "flow/summary.h"

/* Whether it waits for the operator, as the site wants it. */
gboolean mg_settle_is_held(const MgIntent *intent, const MgSite *site);

/* Why an uncertain delivery makes no mail; NULL where it is made again. Static. */
const gchar *mg_settle_no_mail_because(const MgIntent *intent, const MgSite *site);

/* Before the claim of an uncertain task: where an operator has to be asked, each attempt takes a
 * decision of its own: mg_uncertain_spend(). `is_ours` receives TRUE where there is none to
 * take. */
gboolean mg_settle_spend(MgIntent *intent, const MgSite *site, MgConnection *claim,
                         gboolean *is_ours, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the claim of an uncertain task: TRUE where nothing is to be sent, with how the task is
 * left, perhaps MG_LEFT_FAILED with `error`; the transaction is ended or left for the rollback.
 * FALSE: the mail is to be made again, the transaction is open. */
gboolean mg_settle_without_mail(const MgIntent *intent, const MgSite *site, MgConnection *claim,
                                MgLeft *how, GError **error) G_GNUC_WARN_UNUSED_RESULT;
