/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Safety: the brakes of the configuration (model/settings.h), put on each finished mail, whoever
 * made it: no format, script, copy or list of recipients gets round them.
 *
 * One object for a run and all its workers; its counts are under a lock of its own.
 *
 * redirect_to and allow_recipients act on single mails, mg_safety_apply(). The three limits act on
 * the run: what it is about to send is counted beforehand by a trial, which mg_safety_judge()
 * compares with the limits. As scripts may answer otherwise the second time, the run itself counts
 * too, and ends before the first mail beyond a limit.
 *
 * A mail counts for the addresses that it would have gone to without redirect_to, letter case
 * aside. The events of a mail are those of its group, also where a script has divided them.
 */
#pragma once

#include "model/excess.h"
#include "model/mail.h"
#include "model/settings.h"

typedef struct MgSafety MgSafety;

/* `settings` must outlive it. MG_ERROR_SETUP for a redirect_to that cannot be an envelope's. */
MgSafety *mg_safety_new(const MgSafetySettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For counting beforehand: begins with what `safety` has counted, and refuses nothing. */
MgSafety *mg_safety_new_trial(MgSafety *safety);
void mg_safety_free(MgSafety *safety);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgSafety, mg_safety_free)

/* The operator has looked: the three limits do not hold for this run. Before workers start. */
void mg_safety_override_limits(MgSafety *safety);
/* From here on limits are only counted, as in a trial: for a preview. Before workers start. */
void mg_safety_only_count(MgSafety *safety);
gboolean mg_safety_has_limits(const MgSafety *safety);

/* The mail as it may go out: itself, or a copy for redirect_to whose wire bytes begin with a header
 * X-Intelmqcbmail-Original-Recipients; a signature stays valid. Takes `mail` over; (transfer full).
 * MG_ERROR_GROUP where allow_recipients does not allow one of its recipients. */
MgMail *mg_safety_apply(const MgSafety *safety, MgMail *mail,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether `mail` has been through mg_safety_apply(), as far as one can tell: for an assertion. */
gboolean mg_safety_is_applied(const MgSafety *safety, const MgMail *mail);

/* Counts a mail that is about to be sent, and takes back one that was not sent after all.
 * MG_ERROR_RUN, uncounted, where it would exceed a limit; from then on for every mail. */
gboolean mg_safety_count(MgSafety *safety, const MgMail *mail, gsize n_events,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether no mail was refused so; else MG_ERROR_RUN again, for those who ask whether to go on: a
 * script may have caught what its own send() was told. */
gboolean mg_safety_may_go_on(MgSafety *safety, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mg_safety_uncount(MgSafety *safety, const MgMail *mail);
/* In a trial: a mail that a script's own send() will make, to `recipient` for all one knows. */
void mg_safety_count_unseen(MgSafety *safety, const gchar *recipient, gsize n_events);

/* Whether what was counted keeps the limits; MG_ERROR_RUN saying which it exceeds, and by how
 * much. */
gboolean mg_safety_judge(MgSafety *safety, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same as data: none where all are kept. (transfer full) (element-type MgExcess) */
GPtrArray *mg_safety_list_excesses(MgSafety *safety);
