/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "model/group.h"

#include "base/clock.h"

static void test_describe_escapes(void)
{
    g_autoptr(MgGroup) group = mg_group_new();
    g_autofree gchar *text = NULL;

    group->recipient_address = g_strdup("a@b\r\nRCPT TO:<c@d>");
    group->template_name = g_strdup("t");
    group->notification_format = g_strdup("f");
    group->event_data_format = g_strdup("d");
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    mg_pairs_set(group->aggregate, "cidr", NULL);
    text = mg_group_describe(group);
    g_assert_cmpstr(text, ==,
                    "recipient_address='a@b\\x0d\\x0aRCPT TO:<c@d>' template_name='t' "
                    "notification_format='f' event_data_format='d' "
                    "aggregate_identifier={'source.asn': '64496', 'cidr': none}");
    g_assert_cmpint(group->last_sent, ==, MG_CLOCK_NONE);
}

static void test_ids(void)
{
    const gint64 ids[] = {1, 22, G_MAXINT64};
    g_autofree gchar *text = mg_group_format_ids(ids, G_N_ELEMENTS(ids));
    g_autofree gchar *none = mg_group_format_ids(ids, 0);

    g_assert_cmpstr(text, ==, "1, 22, 9223372036854775807");
    g_assert_cmpstr(none, ==, "");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/group/describe-escapes", test_describe_escapes);
    g_test_add_func("/group/ids", test_ids);
    return g_test_run();
}
