/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "mime/compose.h"

#include "base/error.h"

#include <string.h>

#define DATE (G_GINT64_CONSTANT(1795143845) * G_USEC_PER_SEC)
#define ID "<id@cert.example>"

static MgDraft *make_draft(void)
{
    MgDraft *draft = mg_draft_new();

    draft->sender = g_strdup("CERT <noreply@cert.example>");
    draft->recipient = g_strdup("abuse@isp.example");
    draft->subject = g_strdup("Report");
    draft->body = g_strdup("Hello\n");
    draft->ticket = g_strdup("20261120-10000001");
    return draft;
}

static const gchar *bytes_text(GBytes *bytes)
{
    return g_bytes_get_data(bytes, NULL); /* g_string_free_to_bytes() leaves a NUL behind them */
}

static MgMail *compose(const MgDraft *draft, const MgPairs *further, GError **error)
{
    g_autoptr(GBytes) content = mg_compose_content(draft, error);

    if (content == NULL)
        return NULL;
    return mg_compose_mail(draft, content, NULL, NULL, ID, DATE + 123456, further, error);
}

static void test_plain(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = compose(draft, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(bytes_text(mail->wire), ==,
                    "From: CERT <noreply@cert.example>\r\n"
                    "To: abuse@isp.example\r\n"
                    "Subject: Report\r\n"
                    "Date: Fri, 20 Nov 2026 04:04:05 +0100\r\n"
                    "Message-Id: <id@cert.example>\r\n"
                    "Auto-Submitted: auto-generated\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n"
                    "\r\n"
                    "Hello\r\n");
    g_assert_cmpstr(mail->ticket, ==, "20261120-10000001");
    g_assert_cmpstr(mail->message_id, ==, ID);
    g_assert_cmpint(mail->date, ==, DATE);
    g_assert_cmpstr(mail->subject, ==, "Report");
    g_assert_cmpstr(mail->recipient, ==, "abuse@isp.example");
    g_assert_cmpstr(mail->envelope_from, ==, "noreply@cert.example");
    g_assert_cmpuint(g_strv_length(mail->envelope_tos), ==, 1);
    g_assert_cmpstr(mail->envelope_tos[0], ==, "abuse@isp.example");
}

/* The boundary of the outermost multipart, which is random, becomes B. */
static gchar *without_boundary(GBytes *bytes)
{
    const gchar *start = strstr(bytes_text(bytes), "boundary=\"") + strlen("boundary=\"");
    g_autofree gchar *boundary = g_strndup(start, strcspn(start, "\""));
    g_auto(GStrv) pieces = g_strsplit(bytes_text(bytes), boundary, -1);

    g_assert_true(g_str_has_prefix(boundary, "==============="));
    return g_strjoinv("B", pieces);
}

static MgDraft *make_report(MgDraftReportKind kind)
{
    MgDraft *draft = make_draft();

    draft->report = mg_draft_report_new(kind);
    draft->report->text = g_strdup("Report-Type: x\n");
    return draft;
}

/* Which header says so, which type is the top one. */
static void test_reports(void)
{
    static const struct {
        MgDraftReportKind kind;
        const gchar *type;
        gboolean has_form;
    } cases[] = {
        {MG_DRAFT_REPORT_XARF,
         "\r\nContent-Type: multipart/report; report-type=feedback-report;\r\n", FALSE},
        {MG_DRAFT_REPORT_X_ARF, "\r\nContent-Type: multipart/mixed;\r\n", TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgDraft) draft = make_report(cases[i].kind);
        g_autoptr(MgDraft) copy = mg_draft_copy(draft);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgMail) mail = compose(draft, NULL, &error);
        g_autoptr(MgMail) other = compose(copy, NULL, &error);

        g_assert_no_error(error);
        g_assert_nonnull(strstr(bytes_text(mail->wire), cases[i].type));
        g_assert_cmpint(strstr(bytes_text(mail->wire), "\r\nX-XARF: PLAIN\r\nX-ARF: PLAIN\r\n") !=
                            NULL,
                        ==, cases[i].has_form);
        g_assert_true(g_bytes_equal(mail->wire, other->wire));
    }
}

static void test_unfit_report(void)
{
    g_autoptr(MgDraft) draft = make_report(MG_DRAFT_REPORT_X_ARF);
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) second = NULL;
    g_autoptr(GBytes) content = NULL;

    draft->report->evidence = g_bytes_new_static("x", 1);
    draft->report->evidence_type = g_strdup("text");
    g_assert_false(mg_compose_check(draft, TRUE, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    content = mg_compose_content(draft, &second);
    g_assert_null(content);
    g_assert_cmpstr(error->message, ==, second->message);
}

static void test_attachment(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = NULL;
    g_autofree gchar *text = NULL;

    draft->attachment = g_strdup("\"a\"\r\n\"x\ny\"\r\n");
    draft->attachment_name = g_strdup("events.csv");
    content = mg_compose_content(draft, NULL);
    text = without_boundary(content);
    g_assert_cmpstr(text, ==,
                    "Content-Type: multipart/mixed;\r\n boundary=\"B\"\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    "Hello\r\n"
                    "\r\n--B\r\n"
                    "Content-Type: text/csv; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n"
                    "Content-Disposition: attachment; filename=\"events.csv\"\r\n\r\n"
                    "\"a\"\r\n\"x=0Ay\"\r\n"
                    "\r\n--B--\r\n");
}

static void test_archive(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = NULL;
    g_autofree gchar *text = NULL;

    draft->archive = g_bytes_new_static("PK\0\1", 4);
    draft->attachment_name = g_strdup("ü.csv.zip");
    content = mg_compose_content(draft, NULL);
    text = without_boundary(content);
    g_assert_cmpstr(text, ==,
                    "Content-Type: multipart/mixed;\r\n boundary=\"B\"\r\n\r\n"
                    "--B\r\n"
                    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    "Hello\r\n"
                    "\r\n--B\r\n"
                    "Content-Type: application/zip;\r\n name*=utf-8''%C3%BC.csv.zip\r\n"
                    "Content-Transfer-Encoding: base64\r\n"
                    "Content-Disposition: attachment;\r\n filename*=utf-8''%C3%BC.csv.zip\r\n\r\n"
                    "UEsAAQ==\r\n"
                    "\r\n--B--\r\n");
}

static void test_reference(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = mg_compose_content(draft, NULL);
    g_autoptr(MgMail) mail = NULL;
    g_autoptr(GError) error = NULL;

    draft->in_reply_to = g_strdup("<a.1of2@b>");
    mail = mg_compose_mail(draft, content, NULL, NULL, "<a.2of2@b>", 0, NULL, NULL);
    g_assert_nonnull(strstr(g_bytes_get_data(mail->wire, NULL),
                            "\r\nIn-Reply-To: <a.1of2@b>\r\nReferences: <a.1of2@b>\r\n"));
    g_clear_pointer(&mail, mg_mail_free);
    g_free(draft->in_reply_to);
    draft->in_reply_to = g_strdup("<a@b>\r\nBcc: <c@d>");
    g_assert_null(mg_compose_mail(draft, content, NULL, NULL, NULL, 0, NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

/* The last line of each text is ended, and an empty text is an empty line. */
static void test_ends(void)
{
    static const struct {
        const gchar *body;
        const gchar *end;
    } cases[] = {{"", "\r\n\r\n\r\n"}, {"\n", "\r\n\r\n\r\n"},   {"x", "\r\n\r\nx\r\n"},
                 {"x\n", "\nx\r\n"},   {"x\n\n", "\nx\r\n\r\n"}, {"x ", "\nx=20\r\n"}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgDraft) draft = make_draft();
        g_autoptr(GBytes) content = NULL;

        g_free(draft->body);
        draft->body = g_strdup(cases[i].body);
        content = mg_compose_content(draft, NULL);
        g_assert_true(g_str_has_suffix(bytes_text(content), cases[i].end));
        g_assert_false(g_str_has_suffix(bytes_text(content), "\r\n\r\n\r\n\r\n"));
    }
}

/* What can be known before anything is composed. */
static void test_check(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) second = NULL;

    g_assert_true(mg_compose_check(draft, TRUE, &error));
    g_assert_no_error(error);
    g_free(draft->subject);
    draft->subject = g_strdup("a\nb");
    g_assert_false(mg_compose_check(draft, TRUE, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, "line break"));
    g_free(draft->subject);
    draft->subject = g_strdup("a");
    g_free(draft->body);
    draft->body = g_strdup("\xff");
    g_assert_false(mg_compose_check(draft, TRUE, &second));
    g_assert_error(second, MG_ERROR, MG_ERROR_GROUP);
}

static void test_signed(void)
{
    static const gchar signature_text[] = "-----BEGIN PGP SIGNATURE-----\r\n";
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = mg_compose_content(draft, NULL);
    g_autoptr(GBytes) signature = g_bytes_new_static(signature_text, strlen(signature_text));
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail =
        mg_compose_mail(draft, content, signature, "pgp-sha512", NULL, DATE, NULL, &error);
    g_autofree gchar *text = NULL;
    g_autofree gchar *expected = NULL;

    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(bytes_text(content), "Content-Type: text/plain;"));
    text = without_boundary(mail->wire);
    expected = g_strdup_printf(
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\";\r\n"
        " micalg=pgp-sha512;\r\n boundary=\"B\"\r\n\r\n"
        "--B\r\n%s\r\n--B\r\n"
        "Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n"
        "Content-Description: OpenPGP digital signature\r\n\r\n"
        "%s\r\n--B--\r\n",
        bytes_text(content), signature_text);
    g_assert_true(g_str_has_suffix(text, expected));
}

static void test_message_ids(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = mg_compose_content(draft, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (gint i = 0; i < 1000; i++) {
        g_autoptr(MgMail) mail =
            mg_compose_mail(draft, content, NULL, NULL, NULL, DATE, NULL, NULL);
        g_assert_true(g_str_has_suffix(mail->message_id, "@cert.example>"));
        g_assert_nonnull(strstr(bytes_text(mail->wire), mail->message_id));
        g_assert_true(g_hash_table_add(seen, g_strdup(mail->message_id)));
    }
}

static void test_envelope(void)
{
    static const gchar *const tos[] = {"A <a@b.example>", "c@d.example", NULL};
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(MgMail) mail = NULL;

    draft->envelope_from = g_strdup("bounce@cert.example");
    draft->envelope_tos = g_strdupv((gchar **)tos);
    mail = compose(draft, NULL, NULL);
    g_assert_cmpstr(mail->envelope_from, ==, "bounce@cert.example");
    g_assert_cmpuint(g_strv_length(mail->envelope_tos), ==, 2);
    g_assert_cmpstr(mail->envelope_tos[0], ==, "a@b.example");
    g_assert_cmpstr(mail->envelope_tos[1], ==, "c@d.example");
    g_assert_nonnull(strstr(bytes_text(mail->wire), "\r\nTo: abuse@isp.example\r\n"));
}

static void test_further_headers(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(MgPairs) further = mg_pairs_new();
    g_autoptr(MgMail) mail = NULL;
    g_autoptr(GError) error = NULL;

    mg_pairs_set(further, "Reply-To", "team@cert.example");
    mg_pairs_set(further, "X-Site", "1");
    mail = compose(draft, further, NULL);
    g_assert_nonnull(strstr(bytes_text(mail->wire),
                            "\r\nAuto-Submitted: auto-generated\r\nReply-To: team@cert.example\r\n"
                            "X-Site: 1\r\nMIME-Version: 1.0\r\n"));
    mg_pairs_set(further, "Subject", "another");
    g_assert_null(compose(draft, further, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

static void test_unfinished_line(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(MgMail) mail = NULL;

    g_free(draft->body);
    draft->body = g_strdup("no end");
    mail = compose(draft, NULL, NULL);
    g_assert_true(g_str_has_suffix(bytes_text(mail->wire), "\r\n\r\nno end\r\n"));
}

static const struct {
    const gchar *name;
    goffset field;
    const gchar *text;
    const gchar *message;
} mistakes[] = {
    {"sender", G_STRUCT_OFFSET(MgDraft, sender), "CERT", "sender 'CERT': no '@'"},
    {"two-senders", G_STRUCT_OFFSET(MgDraft, sender), "a@b, c@d", "more than one address"},
    {"recipient", G_STRUCT_OFFSET(MgDraft, recipient), "a@b\r\nBcc: c@d", "line break"},
    {"subject", G_STRUCT_OFFSET(MgDraft, subject), "a\nBcc: c@d", "header 'Subject': line break"},
    {"subject-not-utf8", G_STRUCT_OFFSET(MgDraft, subject), "\xff", "not UTF-8"},
    {"body", G_STRUCT_OFFSET(MgDraft, body), "abc\xff", "the text is not UTF-8 at byte 3: '\\xff'"},
    {"envelope-from", G_STRUCT_OFFSET(MgDraft, envelope_from), "a@b> SIZE=1", "not an address"},
    {"attachment", G_STRUCT_OFFSET(MgDraft, attachment), "\xff", "the attachment is not UTF-8"},
    {"attachment-name", G_STRUCT_OFFSET(MgDraft, attachment_name), "a\r\nb", "cannot name an"},
    {"attachment-name-empty", G_STRUCT_OFFSET(MgDraft, attachment_name), "", "cannot name an"},
};

static void test_mistake(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(MgDraft) draft = make_draft();
    gchar **field = G_STRUCT_MEMBER_P(draft, mistakes[i].field);
    g_autoptr(GError) error = NULL;

    draft->attachment = g_strdup("csv");
    draft->attachment_name = g_strdup("events.csv");
    g_free(*field);
    *field = g_strdup(mistakes[i].text);
    g_assert_null(compose(draft, NULL, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    g_assert_nonnull(strstr(error->message, mistakes[i].message));
}

static void test_no_envelope(void)
{
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GError) error = NULL;

    draft->envelope_tos = g_new0(gchar *, 1);
    g_assert_null(compose(draft, NULL, &error));
    g_assert_cmpstr(error->message, ==, "envelope recipients '': empty");
}

static void test_bad_message_id(void)
{
    static const gchar *const ids[] = {"",        "<>",         "a@b", "<a@b>\r\nBcc: c@d",
                                       "<a b@c>", "<a@b><c@d>", "<ab>"};
    g_autoptr(MgDraft) draft = make_draft();
    g_autoptr(GBytes) content = mg_compose_content(draft, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(mg_compose_mail(draft, content, NULL, NULL, ids[i], DATE, NULL, &error));
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_nonnull(strstr(error->message, "is no Message-Id"));
    }
}

int main(int argc, char *argv[])
{
    g_setenv("TZ", "Europe/Berlin", TRUE);
    g_test_init(&argc, &argv, NULL);
    mg_compose_init();
    g_test_add_func("/compose/plain", test_plain);
    g_test_add_func("/compose/reports", test_reports);
    g_test_add_func("/compose/unfit-report", test_unfit_report);
    g_test_add_func("/compose/attachment", test_attachment);
    g_test_add_func("/compose/archive", test_archive);
    g_test_add_func("/compose/reference", test_reference);
    g_test_add_func("/compose/signed", test_signed);
    g_test_add_func("/compose/ends", test_ends);
    g_test_add_func("/compose/check", test_check);
    g_test_add_func("/compose/message-ids", test_message_ids);
    g_test_add_func("/compose/envelope", test_envelope);
    g_test_add_func("/compose/further-headers", test_further_headers);
    g_test_add_func("/compose/unfinished-line", test_unfinished_line);
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree gchar *path = g_strconcat("/compose/mistake/", mistakes[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_mistake);
    }
    g_test_add_func("/compose/no-envelope", test_no_envelope);
    g_test_add_func("/compose/bad-message-id", test_bad_message_id);
    return g_test_run();
}
