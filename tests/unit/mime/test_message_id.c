/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/message_id.h"

#include <string.h>

static const struct {
    const gchar *name;
    const gchar *wire;
    const gchar *replaced;
} cases[] = {
    {"one", "From: a@b\r\nMessage-ID: <old@b>\r\nTo: c@d\r\n\r\nbody\r\n",
     "Message-Id: <new@b>\r\nFrom: a@b\r\nTo: c@d\r\n\r\nbody\r\n"},
    {"folded", "message-id:\r\n <old@b>\r\nTo: c@d\r\n\r\nbody\r\n",
     "Message-Id: <new@b>\r\nTo: c@d\r\n\r\nbody\r\n"},
    {"none", "To: c@d\r\n\r\nbody\r\n", "Message-Id: <new@b>\r\nTo: c@d\r\n\r\nbody\r\n"},
    {"in the body too", "Message-Id: <old@b>\r\n\r\nMessage-Id: <old@b>\r\n",
     "Message-Id: <new@b>\r\n\r\nMessage-Id: <old@b>\r\n"},
    {"other folded fields stay", "Subject: a\r\n\tb\r\nMessage-Id: <old@b>\r\n\r\n",
     "Message-Id: <new@b>\r\nSubject: a\r\n\tb\r\n\r\n"},
    {"no body", "Message-Id: <old@b>\r\n", "Message-Id: <new@b>\r\n"},
};

static void test_replace(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgMail) mail = mg_mail_new();
        g_autoptr(MgMail) copy = NULL;
        gsize size;
        const gchar *data;

        g_test_message("%s", cases[i].name);
        mail->wire = g_bytes_new(cases[i].wire, strlen(cases[i].wire));
        mail->message_id = g_strdup("<old@b>");
        copy = mg_message_id_replace(mail, "<new@b>");
        data = g_bytes_get_data(copy->wire, &size);
        g_assert_cmpmem(data, size, cases[i].replaced, strlen(cases[i].replaced));
        g_assert_cmpstr(copy->message_id, ==, "<new@b>");
    }
}

static void test_fit(void)
{
    static const struct {
        const gchar *text;
        gboolean is_fit;
    } texts[] = {
        {"<a@b>", TRUE},    {"<a>", TRUE},        {"<>", FALSE},      {"", FALSE},
        {"a@b", FALSE},     {"<a@b", FALSE},      {"<a b@c>", FALSE}, {"<a@b> ", FALSE},
        {"<a<b@c>", FALSE}, {"<a@b>\r\n", FALSE}, {"<ä@b>", FALSE},   {"<a@b><c@d>", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i].text);
        g_assert_cmpint(mg_message_id_is_fit(texts[i].text), ==, texts[i].is_fit);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/message-id/replace", test_replace);
    g_test_add_func("/message-id/fit", test_fit);
    return g_test_run();
}
