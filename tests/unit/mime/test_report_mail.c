/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/report_mail.h"

#include "base/error.h"

#include <string.h>

static gchar *text_of(GBytes *bytes)
{
    gsize size;
    const gchar *text = g_bytes_get_data(bytes, &size);

    return g_strndup(text, size);
}

/* With the boundary as B. */
static gchar *without_boundary(GBytes *bytes)
{
    g_autofree gchar *text = text_of(bytes);
    const gchar *start = strstr(text, "boundary=\"") + strlen("boundary=\"");
    g_autofree gchar *boundary = g_strndup(start, strcspn(start, "\""));
    g_auto(GStrv) pieces = g_strsplit(text, boundary, -1);

    g_assert_true(g_str_has_prefix(boundary, "=_"));
    return g_strjoinv("B", pieces);
}

static void test_xarf(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = mg_report_mail_xarf("Hello\n", "test/1", "{\"a\": 1}\n", &error);
    g_autoptr(GBytes) again = mg_report_mail_xarf("Hello\n", "test/1", "{\"a\": 1}\n", NULL);
    g_autofree gchar *text = without_boundary(content);

    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(content, again));
    g_assert_cmpstr(text, ==,
                    "Content-Type: multipart/report; report-type=feedback-report;\r\n"
                    " boundary=\"B\"\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    "Hello\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: message/feedback-report\r\n"
                    "Content-Disposition: inline\r\n\r\n"
                    "Feedback-Type: xarf\r\nUser-Agent: test/1\r\nVersion: 1\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: application/json; name=\"xarf.json\"\r\n"
                    "Content-Disposition: attachment; filename=\"xarf.json\"\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n"
                    "eyJhIjogMX0K\r\n\r\n"
                    "--B--\r\n");
}

static void test_plain(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) evidence = g_bytes_new_static("\"a\"\r\n", 5);
    g_autoptr(GBytes) content =
        mg_report_mail_plain("Hello\n", "Category: abuse\n", evidence, "text/plain", &error);
    g_autofree gchar *text = without_boundary(content);

    g_assert_no_error(error);
    g_assert_cmpstr(text, ==,
                    "Content-Type: multipart/mixed;\r\n boundary=\"B\"\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    "Hello\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"; name=\"report.txt\"\r\n"
                    "Content-Disposition: attachment; filename=\"report.txt\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    "Category: abuse\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Disposition: attachment\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n"
                    "ImEiDQo=\r\n\r\n"
                    "--B--\r\n");
}

static void test_types_of_evidence(void)
{
    static const struct {
        const gchar *type;
        gboolean fits;
    } cases[] = {
        {"text/plain", TRUE},
        {"application/vnd.tcpdump.pcap", TRUE},
        {"image/svg+xml", TRUE},
        {"", FALSE},
        {"text", FALSE},
        {"text/", FALSE},
        {"/plain", FALSE},
        {"text/plain; charset=x", FALSE},
        {"text/plain\r\nBcc: a@b.example", FALSE},
        {"message/rfc822", FALSE},
        {"Multipart/mixed", FALSE},
        {"text/pl\xc3\xa4in", FALSE},
    };
    g_autoptr(GBytes) evidence = g_bytes_new_static("\xff", 1);

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) content = mg_report_mail_plain("", "", evidence, cases[i].type, &error);

        g_assert_true((content != NULL) == cases[i].fits);
        if (!cases[i].fits)
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

static void test_no_evidence(void)
{
    g_autoptr(GBytes) content = mg_report_mail_plain("a", "b", NULL, NULL, NULL);
    g_autofree gchar *text = text_of(content);

    g_assert_null(strstr(text, "base64"));
}

static void test_not_utf8(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(mg_report_mail_xarf("a\xff", "test/1", "{}", &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_cmpstr(error->message, ==, "the text is not UTF-8 at byte 1: '\\xff'");
}

static void test_wrapped(void)
{
    g_autoptr(GBytes) wire = g_bytes_new_static("Subject: a\r\n\r\nb\r\n", 17);
    g_autoptr(GBytes) content = mg_report_mail_wrapped(wire);
    g_autofree gchar *text = text_of(content);

    g_assert_cmpstr(text, ==,
                    "Content-Type: message/rfc822; name=\"xarf.eml\"\r\n"
                    "Content-Disposition: attachment; filename=\"xarf.eml\"\r\n\r\n"
                    "Subject: a\r\n\r\nb\r\n");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-mail/xarf", test_xarf);
    g_test_add_func("/report-mail/plain", test_plain);
    g_test_add_func("/report-mail/types-of-evidence", test_types_of_evidence);
    g_test_add_func("/report-mail/no-evidence", test_no_evidence);
    g_test_add_func("/report-mail/not-utf8", test_not_utf8);
    g_test_add_func("/report-mail/wrapped", test_wrapped);
    return g_test_run();
}
