/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/pairs.h"

static void test_order_and_replacement(void)
{
    g_autoptr(MgPairs) pairs = mg_pairs_new();
    const gchar *text = "untouched";

    mg_pairs_set(pairs, "b", "1");
    mg_pairs_set(pairs, "a", NULL);
    mg_pairs_set(pairs, "b", "2");

    g_assert_cmpuint(mg_pairs_count(pairs), ==, 2);
    g_assert_cmpstr(mg_pairs_name(pairs, 0), ==, "b");
    g_assert_cmpstr(mg_pairs_text(pairs, 0), ==, "2");
    g_assert_true(mg_pairs_lookup(pairs, "a", &text));
    g_assert_null(text);
    text = "untouched";
    g_assert_false(mg_pairs_lookup(pairs, "c", &text));
    g_assert_cmpstr(text, ==, "untouched");
}

static void test_update_wins(void)
{
    g_autoptr(MgPairs) pairs = mg_pairs_new();
    g_autoptr(MgPairs) other = mg_pairs_new();

    mg_pairs_set(pairs, "a", "old");
    mg_pairs_set(other, "a", "new");
    mg_pairs_set(other, "z", "added");
    mg_pairs_update(pairs, other);
    g_assert_cmpstr(mg_pairs_text(pairs, 0), ==, "new");
    g_assert_cmpstr(mg_pairs_text(pairs, 1), ==, "added");
}

static void test_text_of_the_pair_itself(void)
{
    g_autoptr(MgPairs) pairs = mg_pairs_new();

    mg_pairs_set(pairs, "a", "same");
    mg_pairs_set(pairs, "a", mg_pairs_text(pairs, 0));
    g_assert_cmpstr(mg_pairs_text(pairs, 0), ==, "same");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pairs/order-and-replacement", test_order_and_replacement);
    g_test_add_func("/pairs/update-wins", test_update_wins);
    g_test_add_func("/pairs/text-of-the-pair-itself", test_text_of_the_pair_itself);
    return g_test_run();
}
