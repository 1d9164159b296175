/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Uncertain deliveries: delivery intents (intent.h) whose run is gone. Whether their mails were
 * accepted is not known; they are sent again only under the same ticket and Message-Id, or settled
 * by the operator.
 */
#pragma once

#include "database/claim.h"
#include "database/connection.h"
#include "database/intent.h"

void mg_uncertain_free(MgIntent *intent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MgIntent, mg_uncertain_free)

/* What became of it: "uncertain", "held" until the operator decides, or "decided". A literal. */
const gchar *mg_uncertain_state(const MgIntent *intent);

/* How the database writes a decision: "was_sent", "send_again"; NULL for none. A literal. */
const gchar *mg_uncertain_decision_name(MgIntentDecision decision);

/* All uncertain intents, oldest first, the mails of a group beside each other, the one that marks
 * it before the others. Takes no lock. Empty where intents are not supported. (transfer full)
 * (element-type MgIntent) */
GPtrArray *mg_uncertain_list(MgConnection *connection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Before any of `intents` (element-type MgIntent), which mg_uncertain_list() gave, is made again:
 * groups of which all mails that have an intent are among `not_begun`, known not to have been begun
 * by their run, are forgotten, and their directives are pending as before; the others' runs are
 * forgotten, so that what was known of them is never taken for true again, wherever it is read.
 * In one transaction; left alone, and not mg_uncertain_is_adopted() afterwards, is what somebody
 * else has adopted since, or has in hand. What was decided or held is adopted only. Gives the ids
 * of those that were forgotten. (transfer full) (element-type gint64) */
GArray *mg_uncertain_adopt(MgConnection *connection, const GPtrArray *intents,
                           const GArray *not_begun, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it may be made again. */
gboolean mg_uncertain_is_adopted(const MgIntent *intent);

/* Stage 1 for an uncertain intent: begins a transaction on the claim connection and locks the
 * intent's row and those of its directives that are pending or sent under its ticket; never waits.
 * The numbers in `intent` are brought up to date. HELD: `intent` is this session's to resend,
 * record or forget, until the transaction ends. ELSEWHERE: somebody else has it, or one of the
 * directives, in hand, or has changed it since it was listed. GONE: settled in the meantime. No
 * transaction is open but for HELD. Afterwards: mg_sent_record_again(), which ends the transaction;
 * or mg_intent_forget() or mg_uncertain_hold() and then mg_connection_commit(); or
 * mg_connection_rollback(). */
MgClaim mg_uncertain_take(MgConnection *connection, MgIntent *intent,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The decision to send it again is good for one attempt, and is taken away before that: a program
 * that dies in it leaves a delivery that nobody has decided about. Committed; before
 * mg_uncertain_take(). `is_ours` receives FALSE where somebody else has it in hand, or was faster.
 * mg_uncertain_decide() gives it back, where the attempt came to nothing. */
gboolean mg_uncertain_spend(MgConnection *connection, MgIntent *intent, gboolean *is_ours,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Marks it as waiting for the operator; the time stays that of the first call. Inside the
 * transaction of mg_uncertain_take(), or outside one. */
gboolean mg_uncertain_hold(MgConnection *connection, gint64 intent_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    MG_DECIDE_FAILED, /* error set */
    MG_DECIDE_DONE,
    MG_DECIDE_NONE,    /* there is no such intent */
    MG_DECIDE_IN_HAND, /* a run has it in hand: nothing to decide */
} MgDecide;

/* What the operator says about an uncertain delivery; the next run acts on it. Outside a
 * transaction. */
MgDecide mg_uncertain_decide(MgConnection *connection, gint64 intent_id, MgIntentDecision decision,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The intents of the mails under `ticket`, uncertain or in a run's hand. Empty where there are
 * none, or the database keeps none. (transfer full) (element-type gint64) */
GArray *mg_uncertain_find(MgConnection *connection, const gchar *ticket,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
