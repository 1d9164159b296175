/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The errand of a script's own send(): what it hands over goes out here, one mail after the other.
 * For delivery_by_script.c, which says what it comes to.
 *
 * Nobody knows its mails before it hands them over, so they have one intent, which is passed on
 * from each to the next: the mail that has it is the last that was begun. Those before it are
 * through, those after it were not begun. So a mail whose end stays open must be the last, whatever
 * the script makes of that; and a delivery that is made again goes on behind the mail that has the
 * intent. Not so where only what was left of a mail is owed: then it alone is made again, and all
 * others are through.
 */
#pragma once

#include "flow/delivery_debt.h"
#include "flow/delivery_mail.h"

typedef struct {
    MgCourier courier; /* first */
    const MgMailing *mailing;
    MgDelivery *delivery; /* its mail: the last one begun */
    guint nth;            /* which that is, from 0 */
    gboolean marks;       /* no other mail of the group has marked its directives */
    guint n_handed;       /* mails */
    gchar *ticket;        /* (nullable): of the first that was accepted */
    GError *open;         /* (nullable): why the end of the last is open: no further one is begun */
    GError *refusal;      /* (nullable): what became of the last that was refused */
    MgDeliveryDebt debt;  /* to those who are to come back later */
    MgMail *put_off;      /* (nullable): the one behind a mail that was made again */
    guint put_off_nth;
} MgDeliveryErrand;

/* The courier is for one call of the notification's deliver(); the mails go out during that. */
void mg_delivery_errand_init(MgDeliveryErrand *errand, MgDelivery *delivery,
                             const MgMailing *mailing);
void mg_delivery_errand_clear(MgDeliveryErrand *errand);

/* Whether one mail is made again, and the others before it are through. */
gboolean mg_delivery_errand_is_made_again(const MgDeliveryErrand *errand);
/* Whether those after it are through as well. */
gboolean mg_delivery_errand_is_alone(const MgDeliveryErrand *errand);
