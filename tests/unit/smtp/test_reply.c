/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/reply.h"

#include <string.h>

static const struct {
    const gchar *name;
    const gchar *bytes;
    guint code;
    gboolean complete;
    const gchar *quoted;
    const gchar *enhanced;
} cases[] = {
    {"one line", "250 2.0.0 Ok: queued as 4F2\r\n", 250, TRUE, "'250 2.0.0 Ok: queued as 4F2'",
     "2.0.0"},
    {"no enhanced code", "550 no such user\r\n", 550, TRUE, "'550 no such user'", NULL},
    {"code alone", "250\r\n", 250, TRUE, "'250'", NULL},
    {"code and blank", "354 \r\n", 354, TRUE, "'354'", NULL},
    {"bare feed", "220 hello\n", 220, TRUE, "'220 hello'", NULL},
    {"several lines", "550-5.1.1 The account\r\n550-5.1.1 does not\r\n550 5.1.1 exist\r\n", 550,
     TRUE, "'550 5.1.1 The account does not exist'", "5.1.1"},
    {"another enhanced code stays", "550-5.1.1 a\r\n550 5.7.1 b\r\n", 550, TRUE,
     "'550 5.1.1 a 5.7.1 b'", "5.1.1"},
    {"codes differ", "250-a\r\n550 b\r\n", 550, TRUE, "'550 a b'", NULL},
    {"last line missing", "250-one\r\n250-two\r\n", 250, FALSE, "'250 one two'", NULL},
    {"line not ended", "250 on", 0, FALSE, "none", NULL},
    {"nothing", "", 0, FALSE, "none", NULL},
    {"noise", "SSH-2.0-OpenSSH_9\r\nmore\r\n", 0, FALSE, "'SSH-2.0-OpenSSH_9'", NULL},
    {"noise before", "hm\r\n250 ok\r\n", 250, TRUE, "'250 ok'", NULL},
    {"four digits", "2500 ok\r\n", 0, FALSE, "'2500 ok'", NULL},
    {"leading zero", "050 ok\r\n", 0, FALSE, "'050 ok'", NULL},
    {"control characters", "550 \033[2J\a\r\n", 550, TRUE, "'550 \\x1b[2J\\x07'", NULL},
    {"not UTF-8", "550 \xff\r\n", 550, TRUE, "'550 \\xff'", NULL},
    {"carriage returns", "550 a\rb\r\r\n", 550, TRUE, "'550 a\\x0db'", NULL},
    {"not quite enhanced", "550 5.1 x\r\n", 550, TRUE, "'550 5.1 x'", NULL},
    {"enhanced of another class", "550 3.1.1 x\r\n", 550, TRUE, "'550 3.1.1 x'", NULL},
    {"enhanced alone", "550 5.1.1\r\n", 550, TRUE, "'550 5.1.1'", "5.1.1"},
    {"enhanced too long", "550 5.1.1111 x\r\n", 550, TRUE, "'550 5.1.1111 x'", NULL},
};

static void check(const MgReply *reply, gsize i)
{
    g_autofree gchar *quoted = mg_reply_quote(reply);
    g_autofree gchar *enhanced = mg_reply_enhanced(reply);

    g_test_message("%s", cases[i].name);
    g_assert_cmpuint(reply->code, ==, cases[i].code);
    g_assert_cmpint(reply->complete, ==, cases[i].complete);
    g_assert_cmpstr(quoted, ==, cases[i].quoted);
    g_assert_cmpstr(enhanced, ==, cases[i].enhanced);
}

static void test_whole(void)
{
    g_autoptr(MgReply) reply = mg_reply_new();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        mg_reply_clear(reply);
        mg_reply_add(reply, cases[i].bytes, strlen(cases[i].bytes));
        check(reply, i);
    }
}

static void test_byte_by_byte(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgReply) reply = mg_reply_new();
        for (const gchar *c = cases[i].bytes; *c != '\0'; c++)
            mg_reply_add(reply, c, 1);
        check(reply, i);
    }
}

static void test_takes_no_more_than_one(void)
{
    g_autoptr(MgReply) reply = mg_reply_new();
    const gchar *bytes = "250 one\r\n250 two\r\n";

    g_assert_cmpuint(mg_reply_add(reply, bytes, strlen(bytes)), ==, 9);
    g_assert_cmpuint(mg_reply_add(reply, bytes + 9, 9), ==, 0);
    g_assert_cmpstr(reply->text->str, ==, "250 one");
}

static void test_nul(void)
{
    g_autoptr(MgReply) reply = mg_reply_new();
    g_autofree gchar *quoted = NULL;

    mg_reply_add(reply, "550 a\0b\r\n", 9);
    quoted = mg_reply_quote(reply);
    g_assert_cmpstr(quoted, ==, "'550 a\\x00b'");
}

static void test_stays_small(void)
{
    g_autoptr(MgReply) reply = mg_reply_new();
    g_autofree gchar *line = g_strnfill(100000, 'x');

    for (guint i = 0; i < 1000; i++) {
        mg_reply_add(reply, "250-", 4);
        mg_reply_add(reply, line, 1000);
        mg_reply_add(reply, "\r\n", 2);
    }
    mg_reply_add(reply, line, 100000);
    g_assert_cmpuint(reply->text->len, <=, 4100);
    g_assert_cmpuint(reply->line->len, <=, 2048);
    g_assert_false(reply->complete);
}

static const struct {
    const gchar *text;
    const gchar *id;
} ids[] = {
    {"250 2.0.0 Ok: queued as 4F2ab-C", "4F2ab-C"},
    {"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 3yYz", "3yYz"},
    {"250 OK id=1rA2b3-0004Xy-Z9", "1rA2b3-0004Xy-Z9"},
    {"250 2.0.0 45KBa1B2 Message accepted for delivery", "45KBa1B2"},
    {"250 2.0.0 5f3c Message accepted for delivery.", "5f3c"},
    {"250 2.0.0 Message accepted for delivery", NULL},
    {"250 Message accepted for delivery", NULL},
    {"250 ok 1700000000 qp 4711", "4711"},
    {"250 Message Queued (5A6B.1)", "5A6B.1"},
    {"250 2.6.0 <a@b> [InternalId=123456, Hostname=X] Queued mail for delivery", "123456"},
    {"250 2.0.0 Ok: queued as ABC.", "ABC"},
    {"250 valid=no", NULL},
    {"250 queued as ", NULL},
    {"250 queued as \"x\"", NULL},
    {"250 2.0.0 Ok", NULL},
    {"", NULL},
};

static void test_queue_id(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree gchar *id = mg_reply_queue_id(ids[i].text);
        g_test_message("%s", ids[i].text);
        g_assert_cmpstr(id, ==, ids[i].id);
    }
}

static void test_queue_id_too_long(void)
{
    g_autofree gchar *name = g_strnfill(129, 'a');
    g_autofree gchar *text = g_strconcat("250 queued as ", name, NULL);
    g_autofree gchar *id = mg_reply_queue_id(text);

    g_assert_null(id);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reply/whole", test_whole);
    g_test_add_func("/reply/byte-by-byte", test_byte_by_byte);
    g_test_add_func("/reply/takes-no-more-than-one", test_takes_no_more_than_one);
    g_test_add_func("/reply/nul", test_nul);
    g_test_add_func("/reply/stays-small", test_stays_small);
    g_test_add_func("/reply/queue-id", test_queue_id);
    g_test_add_func("/reply/queue-id-too-long", test_queue_id_too_long);
    return g_test_run();
}
