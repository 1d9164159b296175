/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/envelope.h"

#include "base/error.h"

#include <string.h>

#define GOOD "a@b.example"
#define TEXT "Subject: x\r\n\r\ntext\r\n"

static const struct {
    const gchar *name;
    const gchar *from;
    const gchar *to;
    const gchar *wire;
    const gchar *problem; /* NULL: none */
} cases[] = {
    {"good", GOOD, GOOD, TEXT, NULL},
    {"tagged", "a+b=c@d", "\"a\"@b.example", TEXT, NULL},
    {"smuggled command", GOOD, "a@b\r\nRCPT TO:<c@d>", TEXT,
     "'a@b\\x0d\\x0aRCPT TO:<c@d>' is no address for an SMTP envelope"},
    {"smuggled parameter", "a@b SIZE=1", GOOD, TEXT,
     "'a@b SIZE=1' is no address for an SMTP envelope"},
    {"bracket", GOOD, "a@b>", TEXT, "'a@b>' is no address for an SMTP envelope"},
    {"two", GOOD, "a@b,c@d", TEXT, "'a@b,c@d' is no address for an SMTP envelope"},
    {"tab", GOOD, "a\t@b", TEXT, "'a\\x09@b' is no address for an SMTP envelope"},
    {"delete", GOOD, "a\x7f@b", TEXT, "'a\\x7f@b' is no address for an SMTP envelope"},
    {"umlaut", GOOD, "ü@b", TEXT, "'ü@b' is no address for an SMTP envelope"},
    {"no at", GOOD, "postmaster", TEXT, "'postmaster' is no address for an SMTP envelope"},
    {"no local part", GOOD, "@b", TEXT, "'@b' is no address for an SMTP envelope"},
    {"no domain", GOOD, "a@", TEXT, "'a@' is no address for an SMTP envelope"},
    {"empty", "", GOOD, TEXT, "'' is no address for an SMTP envelope"},
    {"bare feed", GOOD, GOOD, "a\r\n\r\nb\n.\r\nMAIL\r\n",
     "line 3 of the mail does not end in CRLF"},
    {"bare return", GOOD, GOOD, "a\r\nb\r.\r\n", "line 2 of the mail does not end in CRLF"},
    {"return twice", GOOD, GOOD, "a\r\r\n", "line 1 of the mail does not end in CRLF"},
    {"feed first", GOOD, GOOD, "\na\r\n", "line 1 of the mail does not end in CRLF"},
    {"last line not ended", GOOD, GOOD, "a\r\nb", "line 2 of the mail does not end in CRLF"},
    {"return at the end", GOOD, GOOD, "a\r\nb\r", "line 2 of the mail does not end in CRLF"},
    {"empty mail", GOOD, GOOD, "", "line 1 of the mail does not end in CRLF"},
};

static MgMail *make_mail(const gchar *from, const gchar *to, const gchar *wire)
{
    const gchar *tos[] = {GOOD, to, NULL};
    MgMail *mail = mg_mail_new();

    mail->envelope_from = g_strdup(from);
    mail->envelope_tos = g_strdupv((gchar **)tos);
    mail->wire = g_bytes_new(wire, strlen(wire));
    return mail;
}

static void test_check(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgMail) mail = make_mail(cases[i].from, cases[i].to, cases[i].wire);
        g_autoptr(GError) error = NULL;

        g_test_message("%s", cases[i].name);
        g_assert_cmpint(mg_envelope_check(mail, &error), ==, cases[i].problem == NULL);
        if (cases[i].problem == NULL)
            continue;
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpstr(error->message, ==, cases[i].problem);
    }
}

static void test_dotted_line(void)
{
    g_autoptr(MgMail) none = make_mail(GOOD, GOOD, "a.\r\nb. c\r\n");
    g_autoptr(MgMail) first = make_mail(GOOD, GOOD, ".a\r\n");
    g_autoptr(MgMail) later = make_mail(GOOD, GOOD, "a\r\n.\r\n");

    g_assert_false(mg_envelope_has_dotted_line(none));
    g_assert_true(mg_envelope_has_dotted_line(first));
    g_assert_true(mg_envelope_has_dotted_line(later));
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/envelope/check", test_check);
    g_test_add_func("/envelope/dotted-line", test_dotted_line);
    return g_test_run();
}
