/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Parts of a group: which mail an intent is of, when its format is asked again for the part alone.
 */
#include "flow/delivery_number.h"

static MgGroup *make_group(const gint64 *ids, gsize n_ids)
{
    MgGroup *group = mg_group_new();

    group->directive_ids = g_memdup2(ids, n_ids * sizeof *ids);
    group->n_directives = n_ids;
    return group;
}

static MgDelivery *add(const MgMailing *mailing, const gint64 *ids, gsize n_ids)
{
    MgDelivery *delivery = g_new0(MgDelivery, 1);

    delivery->notification = mg_notification_new();
    delivery->notification->marks = mg_marks_of(mailing->group, ids, n_ids);
    delivery->position = mailing->deliveries->len;
    delivery->directives = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_ptr_array_add(mailing->deliveries, delivery);
    return delivery;
}

static void add_copy(const MgMailing *mailing, const gint64 *ids, gsize n_ids)
{
    MgNotification *notification = add(mailing, NULL, 0)->notification;

    notification->about = mg_marks_of(mailing->group, ids, n_ids);
}

static const gint64 all[] = {3, 5, 8};

/* A part, another part with a second mail about it, a copy of the whole, one of each part, and a
 * second of the other. */
static guint number_of(guint position, guint nth)
{
    g_autoptr(MgGroup) group = make_group(all, 3);
    g_autoptr(GPtrArray) deliveries = mg_mailing_deliveries_new();
    const MgMailing mailing = {.group = group, .deliveries = deliveries};

    add(&mailing, &all[0], 1);
    add(&mailing, &all[1], 2);
    add(&mailing, &all[1], 2);
    add(&mailing, NULL, 0);
    add_copy(&mailing, &all[0], 1);
    add_copy(&mailing, &all[1], 2);
    add_copy(&mailing, &all[1], 2);
    return mg_delivery_number_of(g_ptr_array_index(deliveries, position), &mailing, nth);
}

/* Which mail is meant, of `n_mails`, the last `n_copies` of them copies, that the format makes of
 * the directives of the intent alone. */
static gint find_meant_beside_copies(guint number, const gint64 *ids, gsize n_ids, guint n_mails,
                                     guint n_copies)
{
    g_autoptr(MgGroup) group = make_group(ids, n_ids);
    g_autoptr(GPtrArray) deliveries = mg_mailing_deliveries_new();
    const MgIntent intent = {.mail_number = number};
    const MgMailing mailing = {.group = group, .deliveries = deliveries, .uncertain = &intent};
    gint meant = -1;

    for (guint i = 0; i < n_mails; i++) {
        gboolean is_copy = i + n_copies >= n_mails;
        const MgDelivery *delivery = add(&mailing, ids, is_copy ? 0 : n_ids);
        if (mg_delivery_number_is_meant(&intent, deliveries)) {
            g_assert_cmpint(meant, ==, -1);
            meant = (gint)i;
            g_assert_cmpuint(
                mg_delivery_number_of(delivery, &mailing, mg_delivery_number_nth(&intent)), ==,
                number);
        }
    }
    return meant;
}

static gint find_meant(guint number, const gint64 *ids, gsize n_ids, guint n_mails)
{
    return find_meant_beside_copies(number, ids, n_ids, n_mails, 0);
}

static void test_part_is_asked_for_alone(void)
{
    g_assert_cmpint(find_meant(number_of(0, 0), &all[0], 1, 1), ==, 0);
    g_assert_cmpint(find_meant(number_of(1, 0), &all[1], 2, 2), ==, 0);
    g_assert_cmpint(find_meant(number_of(2, 0), &all[1], 2, 2), ==, 1);
    /* The format makes fewer now. */
    g_assert_cmpint(find_meant(number_of(2, 0), &all[1], 2, 1), ==, -1);
}

static void test_copy_of_a_part(void)
{
    g_assert_cmpint(find_meant_beside_copies(number_of(0, 0), &all[0], 1, 2, 1), ==, 0);
    g_assert_cmpint(find_meant_beside_copies(number_of(4, 0), &all[0], 1, 2, 1), ==, 1);
    g_assert_cmpint(find_meant_beside_copies(number_of(2, 0), &all[1], 2, 4, 2), ==, 1);
    g_assert_cmpint(find_meant_beside_copies(number_of(5, 0), &all[1], 2, 4, 2), ==, 2);
    g_assert_cmpint(find_meant_beside_copies(number_of(6, 0), &all[1], 2, 4, 2), ==, 3);
    /* The format makes no copies now. */
    g_assert_cmpint(find_meant(number_of(4, 0), &all[0], 1, 1), ==, -1);
}

static void test_whole_group(void)
{
    g_assert_cmpuint(number_of(3, 0), ==, 3);
    g_assert_cmpint(find_meant(number_of(3, 0), all, 3, 4), ==, 3);
}

static void test_nth_of_a_send(void)
{
    const MgIntent part = {.mail_number = number_of(2, 7)};
    const MgIntent whole = {.mail_number = number_of(3, 9)};

    g_assert_cmpuint(mg_delivery_number_nth(&part), ==, 7);
    g_assert_cmpuint(mg_delivery_number_nth(&whole), ==, 9);
    g_assert_cmpint(find_meant(part.mail_number, &all[1], 2, 2), ==, 1);
}

/* As the database gives it back, too: a signed number. */
static void test_alone(void)
{
    for (guint position = 0; position < 4; position++) {
        guint number = number_of(position, MG_DELIVERY_NUMBER_MAILS - 1);
        gint64 kept = (gint)mg_delivery_number_alone(number);
        const MgIntent rest = {.mail_number = number};
        const MgIntent alone = {.mail_number = (guint)kept};

        g_assert_cmpint(kept, <, 0);
        g_assert_false(mg_delivery_number_is_alone(&rest));
        g_assert_true(mg_delivery_number_is_alone(&alone));
        g_assert_cmpuint(mg_delivery_number_nth(&rest), ==, MG_DELIVERY_NUMBER_MAILS - 1);
        g_assert_cmpuint(mg_delivery_number_nth(&alone), ==, MG_DELIVERY_NUMBER_MAILS - 1);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/delivery_number/part_is_asked_for_alone", test_part_is_asked_for_alone);
    g_test_add_func("/delivery_number/copy_of_a_part", test_copy_of_a_part);
    g_test_add_func("/delivery_number/whole_group", test_whole_group);
    g_test_add_func("/delivery_number/nth_of_a_send", test_nth_of_a_send);
    g_test_add_func("/delivery_number/alone", test_alone);
    return g_test_run();
}
