/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_number.h"

/* Beside the position in an intent's mail_number: the mail marks a part of its group, and the
 * position is that among the mails that mark the same part. */
#define PART (1u << 30)

guint mg_delivery_number_nth(const MgIntent *intent)
{
    return (intent->mail_number & ~PART) / MG_DELIVERY_NUMBER_POSITIONS;
}

/* How many before it mark the very same. */
static guint rank(const MgDelivery *delivery, const GPtrArray *deliveries)
{
    guint n_before = 0;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *other = g_ptr_array_index(deliveries, i);
        if (other->position < delivery->position &&
            mg_marks_is_equal(&other->notification->marks, &delivery->notification->marks))
            n_before++;
    }
    return n_before;
}

gboolean mg_delivery_number_is_meant(const MgIntent *intent, const GPtrArray *deliveries)
{
    const MgDelivery *last = g_ptr_array_index(deliveries, deliveries->len - 1);
    guint position = intent->mail_number % MG_DELIVERY_NUMBER_POSITIONS;

    if ((intent->mail_number & PART) == 0)
        return last->position == position;
    return last->notification->marks.kind == MG_MARKS_ALL && rank(last, deliveries) == position;
}

guint mg_delivery_number_of(const MgDelivery *delivery, const MgMailing *mailing, guint nth)
{
    const MgIntent *intent = mailing->uncertain;
    guint number = delivery->position;

    if (delivery->notification->marks.kind == MG_MARKS_SOME)
        number = rank(delivery, mailing->deliveries) | PART;
    if (intent != NULL) /* an asking again must not number it anew */
        number = intent->mail_number % MG_DELIVERY_NUMBER_POSITIONS | (intent->mail_number & PART);
    return nth * MG_DELIVERY_NUMBER_POSITIONS + number;
}
