/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/busy.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define BEGIN (1000 * SECOND)

static MgGroup *make_group(void)
{
    const gint64 ids[] = {17, 18};
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@\033isp.example");
    mg_group_set_directives(group, ids, ids, 2);
    return group;
}

static void assert_word(MgBusy *busy, gint64 now_us, const gchar *expected)
{
    g_autofree gchar *word = mg_busy_word(busy, now_us);

    g_assert_cmpstr(word, ==, expected);
}

#define WORD(minutes)                                                                              \
    "format 10-slow.py has been busy for " minutes                                                 \
    " min with the group of recipient 'abuse@\\x1bisp.example', directive 17"

static void test_once_a_minute(void)
{
    g_autoptr(MgBusy) busy = mg_busy_new();
    g_autoptr(MgGroup) group = make_group();

    assert_word(busy, BEGIN, NULL);
    mg_busy_begin(busy, "10-slow.py", group, BEGIN);
    assert_word(busy, BEGIN + 60 * SECOND - 1, NULL);
    assert_word(busy, BEGIN + 60 * SECOND, WORD("1"));
    assert_word(busy, BEGIN + 61 * SECOND, NULL);
    assert_word(busy, BEGIN + 120 * SECOND, WORD("2"));
    assert_word(busy, BEGIN + 330 * SECOND, WORD("5")); /* nobody looked meanwhile */
    assert_word(busy, BEGIN + 359 * SECOND, NULL);
}

static void test_next_begins_anew(void)
{
    g_autoptr(MgBusy) busy = mg_busy_new();
    g_autoptr(MgGroup) group = make_group();

    mg_busy_begin(busy, "10-slow.py", group, BEGIN);
    mg_busy_end(busy);
    assert_word(busy, BEGIN + 600 * SECOND, NULL);
    mg_busy_begin(busy, "10-slow.py", group, BEGIN + 30 * SECOND);
    assert_word(busy, BEGIN + 60 * SECOND, NULL);
    assert_word(busy, BEGIN + 90 * SECOND, WORD("1"));
    mg_busy_end(busy);
    mg_busy_begin(busy, "10-slow.py", group, BEGIN + 100 * SECOND);
    assert_word(busy, BEGIN + 160 * SECOND, WORD("1"));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/busy/once-a-minute", test_once_a_minute);
    g_test_add_func("/busy/next-begins-anew", test_next_begins_anew);
    return g_test_run();
}
