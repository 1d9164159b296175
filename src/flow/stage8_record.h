/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 8, record: what became of a lot's groups. Every group leaves through here, the failed and
 * the skipped too.
 */
#pragma once

#include "database/connection.h"
#include "database/intent.h"
#include "database/sent.h"
#include "flow/site.h"
#include "flow/summary.h"
#include "model/group.h"
#include "model/mail.h"

/* What stage 7 hands on: mails that were accepted, debts, and the intents that are settled, all to
 * be recorded in one transaction. Several threads may add to it at once, each for groups of its
 * own. */
typedef struct MgRecord MgRecord;

/* `is_again`: for one mail that was made again, by the transaction of mg_uncertain_take(); some of
 * its directives may be recorded already. */
MgRecord *mg_stage8_record_new(gboolean is_again);
void mg_stage8_record_free(MgRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgRecord, mg_stage8_record_free)

/* `mail` of `group`, which must outlive the record, was accepted and marks these directives, none
 * where others of its group have marked them: then its number alone is recorded. `intent_id` (0:
 * none) is settled by that. `shares_ticket`: a mail that was recorded before may have its
 * number. */
void mg_stage8_record_add(MgRecord *record, const MgGroup *group, const MgMail *mail,
                          const gint64 *directive_ids, gsize n_directives, gint64 intent_id,
                          gboolean shares_ticket);
/* The intent of the mail that `group` added last is not settled: from here on it is that of `next`,
 * whose mail is copied and which is owed to the next run, and `before` (nullable), copied as well,
 * is owed beside it; what is recorded of the group is so together with that, or not at all. */
void mg_stage8_record_owe(MgRecord *record, const MgGroup *group, gint64 intent_id,
                          const MgIntentMail *next, const MgIntentDebt *before);
/* 0 is none. */
void mg_stage8_record_settle(MgRecord *record, gint64 intent_id);

/* Whether there are mails in it. */
gboolean mg_stage8_record_has_mails(const MgRecord *record);

/* Commits it all with the transaction that `claim` has open, and empties it but for the failures;
 * where that fails, group by group, on a session opened again where it broke. Where there is no
 * mail in it, the transaction is rolled back. Never fails as a whole: what could not be recorded is
 * told by mg_stage8_record_failure(), and its intents stay for the next run; intents that could not
 * be removed are logged. */
void mg_stage8_record(MgRecord *record, MgConnection *claim);

/* (nullable): why the group's mails could not be recorded, MG_ERROR_RUN. */
const GError *mg_stage8_record_failure(const MgRecord *record, const MgGroup *group);

/* Both, where one group is to be recorded before the rest of it goes on. FALSE with that
 * failure. */
gboolean mg_stage8_record_for(MgRecord *record, MgConnection *claim, const MgGroup *group,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const MgGroup *group;
    MgLeft how;
    const GError *failure; /* of MG_LEFT_FAILED */
    const gchar *because;  /* of MG_LEFT_ELSEWHERE and MG_LEFT_SKIPPED: in words */
    gboolean events_vanished;
} MgLeave;

/* Logs the failure with the directive's attributes and all ids, tells the account, and counts.
 * `claim` is in no transaction: directives whose events were removed are set aside on it. FALSE
 * with MG_ERROR_SETUP, the group being left all the same, where most of what is pending names
 * events that are not there: not these are to be set aside, but what keeps the program from seeing
 * them is to be mended. */
gboolean mg_stage8_leave(const MgLeave *leave, const MgSite *site, MgSummary *summary,
                         MgConnection *claim, GError **error) G_GNUC_WARN_UNUSED_RESULT;
