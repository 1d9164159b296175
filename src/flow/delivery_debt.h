/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What is still owed of the mails that a script's own send() hands over: those whom the server told
 * to come back later. For delivery_by_script.c.
 *
 * The last mail's debt is kept here as long as the notification's intent is that mail's; when the
 * intent is passed on, it becomes an intent of its own in the same moment, so that it is written
 * down before the next mail goes out.
 */
#pragma once

#include "flow/mailing.h"

typedef struct {
    MgMail *mail;        /* (nullable): the last, for those alone who are owed it */
    gchar *handed_id;    /* the Message-Id under which the script handed it over */
    guint nth;           /* which of the send() it is, from 0 */
    gboolean is_wanting; /* they have it not, for certain */
    GError *refusal;     /* (nullable): it came back with this error, so that the script was told */
    GArray *left;        /* of gint64: the intents of what is owed of mails before */
} MgDeliveryDebt;

void mg_delivery_debt_init(MgDeliveryDebt *debt);
void mg_delivery_debt_clear(MgDeliveryDebt *debt);

/* Whether the script only tries the last mail again, for some who are owed it: that is no further
 * mail, since in a later run, in which nobody is refused, it would not be handed over. */
gboolean mg_delivery_debt_is_tried_again(const MgDeliveryDebt *debt, const MgMail *handed);

/* What has come of `mail`, the `nth`, which is the last now. Not where the database keeps no
 * intents. */
void mg_delivery_debt_note_accepted(MgDeliveryDebt *debt, const MgMail *mail,
                                    const gchar *handed_id, guint nth, const MgOutcome *outcome);
void mg_delivery_debt_note_refused(MgDeliveryDebt *debt, const MgMail *mail, const gchar *handed_id,
                                   guint nth, const GError *refusal);

/* The delivery's intent becomes that of its mail, the `nth`, before that goes out, and what is owed
 * of the last one an intent of its own: mg_delivery_intents_begin() with its errors. */
gboolean mg_delivery_debt_begin(MgDeliveryDebt *debt, MgDelivery *delivery,
                                const MgMailing *mailing, guint nth, gboolean marks,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For the record: the delivery's intent is that of the `nth` mail, `next`, or of what is owed of it
 * if it is the last, and those behind it are owed as well; so is what is owed of the one before.
 * `is_open`: what came of it is not known; else it is certain that nobody who is owed it has it. */
void mg_delivery_debt_go_on_at(MgDeliveryDebt *debt, MgDelivery *delivery, const MgMailing *mailing,
                               const MgMail *next, guint nth, gboolean marks, gboolean is_open);

/* For the record: the delivery's intent becomes what is owed of the last mail, and no other; or is
 * settled, where nothing is. */
void mg_delivery_debt_settle(MgDeliveryDebt *debt, MgDelivery *delivery, const MgMailing *mailing);

/* For the record: the group comes again as a whole, so that nobody is owed the mails of now. */
void mg_delivery_debt_drop(MgDeliveryDebt *debt, const MgMailing *mailing);
