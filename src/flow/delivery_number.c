/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/delivery_number.h"

/* Beside the position in an intent's mail_number: the mail is about a part of its group, and the
 * position is that among the mails that mark the same part, or with COPY among the copies that are
 * about it. */
#define PART (1u << 30)
#define COPY (MG_DELIVERY_NUMBER_POSITIONS / 2)
/* Of the mails of a send() this one alone is owed. */
#define ALONE (1u << 31)

guint mg_delivery_number_nth(const MgIntent *intent)
{
    return (intent->mail_number & ~(PART | ALONE)) / MG_DELIVERY_NUMBER_POSITIONS;
}

guint mg_delivery_number_alone(guint number)
{
    return number | ALONE;
}

gboolean mg_delivery_number_is_alone(const MgIntent *intent)
{
    return (intent->mail_number & ALONE) != 0;
}

/* How many before it mark the very same, or are copies of that as it is. */
static guint rank(const MgDelivery *delivery, const GPtrArray *deliveries)
{
    guint n_before = 0;

    for (guint i = 0; i < deliveries->len; i++) {
        const MgDelivery *other = g_ptr_array_index(deliveries, i);
        if (other->position < delivery->position &&
            mg_mailing_is_copy(other) == mg_mailing_is_copy(delivery) &&
            mg_marks_is_equal(mg_mailing_about(other), mg_mailing_about(delivery)))
            n_before++;
    }
    return n_before;
}

static guint number_of_part(const MgDelivery *delivery, const GPtrArray *deliveries)
{
    guint number = rank(delivery, deliveries);

    return mg_mailing_is_copy(delivery) ? number + COPY : number;
}

gboolean mg_delivery_number_is_meant(const MgIntent *intent, const GPtrArray *deliveries)
{
    const MgDelivery *last = g_ptr_array_index(deliveries, deliveries->len - 1);
    guint position = intent->mail_number % MG_DELIVERY_NUMBER_POSITIONS;

    if ((intent->mail_number & PART) == 0)
        return last->position == position;
    return mg_mailing_about(last)->kind == MG_MARKS_ALL &&
           number_of_part(last, deliveries) == position;
}

guint mg_delivery_number_of(const MgDelivery *delivery, const MgMailing *mailing, guint nth)
{
    const MgIntent *intent = mailing->uncertain;
    guint number = delivery->position;

    if (mg_mailing_about(delivery)->kind == MG_MARKS_SOME)
        number = number_of_part(delivery, mailing->deliveries) | PART;
    if (intent != NULL) /* an asking again must not number it anew */
        number = intent->mail_number % MG_DELIVERY_NUMBER_POSITIONS | (intent->mail_number & PART);
    return nth * MG_DELIVERY_NUMBER_POSITIONS + number;
}
