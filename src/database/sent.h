/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stage 8, record: the rows in `sent`, the directives pointing at them, committed.
 *
 * `sent_at`: microseconds, the mail's Date. `intent_id`: the delivery intent (intent.h) of the
 * mail, removed in the same transaction; 0 where there is none.
 */
#pragma once

#include "database/connection.h"
#include "model/group.h"

/* A mail that was accepted, and which directives count as sent by it. `sent_at`: its Date,
 * microseconds. */
typedef struct {
    const gchar *ticket;
    gint64 sent_at;
    const gint64 *directive_ids;
    gsize n_directives;
    gint64 intent_id; /* its delivery intent; 0 where there is none */
    /* A part of several: a mail that was recorded before may have its ticket. */
    gboolean shares_ticket;
} MgSentMail;

/* On the claim connection, in the claim's open transaction: inserts a sent row for each mail,
 * points its directives at it, removes the mails' intents and those of `settled_intents` (0 is
 * skipped), and commits; one round trip. The mails' tickets differ, and so do their directives. Of
 * one that shares its ticket the row is used that is there, with the date that it has.
 * Without mails, only intents are removed. All of it happens or nothing, and the transaction ends
 * in any case:
 *   MG_ERROR_UNKNOWN_OUTCOME  the connection broke during the commit
 *   MG_ERROR_GROUP            among others: a ticket is there already (the message names it), or some
 *                             directives are not pending any more
 *   any other                 nothing is recorded
 * The mails were accepted before, so that mg_sent_record_mail_again() for each of them is the
 * answer to whatever it says; after a connection broke, behind mg_connection_reopen(). */
gboolean mg_sent_record_lot(MgConnection *connection, const MgSentMail *mails, gsize n_mails,
                            const gint64 *settled_intents, gsize n_settled,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a mail that was accepted although its claim is lost, then outside a transaction; and for one
 * that mg_uncertain_take() has taken up, in that transaction, which it ends in any case. Records
 * what is not recorded yet, and commits. Directives that somebody else has marked in the meantime
 * are left as they are. Waits for locks on the directives (the lost session may still be dying),
 * at most a minute: MG_ERROR_RETRY. Where a trigger or rule keeps the directives pending:
 * MG_ERROR_RUN, and nothing is recorded. May be repeated, also after MG_ERROR_UNKNOWN_OUTCOME. */
gboolean mg_sent_record_again(MgConnection *connection, const MgGroup *group, const gchar *ticket,
                              gint64 sent_at, gint64 intent_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for the directives of one mail of a lot. */
gboolean mg_sent_record_mail_again(MgConnection *connection, const MgSentMail *mail,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether there is a sent row with this ticket. */
gboolean mg_sent_was_recorded(MgConnection *connection, const gchar *ticket, gboolean *recorded,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
