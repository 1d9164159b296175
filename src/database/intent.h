/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Delivery intents: what is about to be delivered, durable before the final dot goes out, so that
 * a crash cannot lead to a second mail under another number.
 *
 * An intent whose run is alive (run_lock.h) is in hand; one whose run is gone is uncertain:
 * whether its mail was accepted is not known. Intents are written on the desk connection, which
 * has joined the run, since the claim connection holds the claim's transaction open. The life of
 * one:
 *   mg_intent_write()    before the mails of a lot are sent
 *   mg_intent_pass_on()  a mail is settled, and a further one that the same script sends is next
 *   mg_sent_record_lot() the marking mail was accepted: removed together with what it protects
 *   mg_intent_forget()   a copy was accepted, or a mail is known not to have been
 *   (neither)            its outcome is unknown: it stays, and a later run finds it, see uncertain.h
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"
#include "model/mail.h"

typedef enum {
    MG_DECISION_NONE,
    MG_DECISION_WAS_SENT, /* record it, do not send */
    MG_DECISION_SEND_AGAIN,
} MgIntentDecision; /* the operator's, or what needs none: it is certain who has not got it */

/* One as the database has it. */
typedef struct {
    gint64 id;
    gint64 run_id;
    gchar *ticket;
    gchar *message_id;
    guint mail_number; /* which mail of its group */
    gboolean marks_directives;
    gint64 mail_date;   /* its Date; microseconds */
    gchar **recipients; /* the envelope's */
    gint64 created_at;
    gint64 held_since; /* MG_CLOCK_NONE: not held */
    MgIntentDecision decision;
    gboolean is_spent; /* the decision stands no more in the database: mg_uncertain_spend() */
    /* The directives that it names, as one group like those of mg_pending_list(), but with
     * last_sent left MG_CLOCK_NONE. NULL where none of them exists any more. */
    MgGroup *group;
    gsize n_pending;           /* of the group's directives */
    gsize n_sent_under_ticket; /* under this very ticket: its sibling mail was recorded */
    gsize n_sent_otherwise;    /* under another ticket, by somebody who does not know intents */
    gsize n_gone;              /* removed from the database */
} MgIntent;

/* FALSE, without error, where the database lacks the table or the privileges. */
gboolean mg_intent_is_supported(MgConnection *connection, gboolean *supported,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const MgMail *mail;
    /* Which mail of its group, in 32 bits: the caller's own way of numbering them. */
    guint mail_number;
    const gint64 *directive_ids; /* which the mail is about: its group's, or those of its part */
    gsize n_directives;
    gboolean marks_directives; /* whether they count as sent by it; FALSE for a copy */
    gboolean is_wanting;       /* its recipients have it not, for certain: nobody has to be asked */
} MgIntentMail;

/* The intents of all mails of a lot, in the order of sending: one statement, and one commit.
 * `intent_ids` receives `n_mails` ids. When this fails no mail may be sent.
 * MG_ERROR_UNKNOWN_OUTCOME: rows may have been left that nothing was sent for:
 * mg_intent_forget_mails() removes them. Not on a borrowed connection. */
gboolean mg_intent_write(MgConnection *desk, gint64 run_id, const MgIntentMail *mails,
                         gsize n_mails, gint64 *intent_ids,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is left of a mail whose intent is passed on: those recipients are still owed it. */
typedef struct {
    guint mail_number; /* as the intent has it */
    guint debt_number; /* as the debt has it */
    const gchar *const *recipients;
    gboolean is_wanting; /* as in MgIntentMail */
    gint64 intent_id;    /* receives the debt's; stays where the intent was passed on before */
} MgIntentDebt;

/* The same intent, for a further mail of its group: what became of the one before is known, and
 * `next` is about to be sent. In the same moment `debt` (nullable) becomes an intent of its own,
 * which marks nothing. Committed as mg_intent_forget() is. May be said again. MG_ERROR_GROUP among
 * others where the intent is there no more. MG_ERROR_UNKNOWN_OUTCOME: it is that of the one mail or
 * of the other. */
gboolean mg_intent_pass_on(MgConnection *connection, gint64 intent_id, const MgIntentMail *next,
                           MgIntentDebt *debt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes intents that are settled; ids that are not there are no error. Outside a transaction it
 * is committed; inside a claim's it is committed together with that. 0 among the ids is skipped. */
gboolean mg_intent_forget(MgConnection *connection, const gint64 *intent_ids, gsize n_intents,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same by run, Message-Id and directives, where the ids never became known. */
gboolean mg_intent_forget_mails(MgConnection *desk, gint64 run_id, const MgIntentMail *mails,
                                gsize n_mails, GError **error) G_GNUC_WARN_UNUSED_RESULT;
