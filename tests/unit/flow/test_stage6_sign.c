/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/stage6_sign.h"

#include "base/clock.h"
#include "base/error.h"
#include "flow/stage5_compose.h"
#include "mime/compose.h"

#define NOW (G_GINT64_CONSTANT(1795575600) * G_USEC_PER_SEC) /* 2026-11-25 */

static MgDraft *make_draft(const gchar *subject)
{
    MgDraft *draft = mg_draft_new();

    draft->sender = g_strdup("Own <own@cert.example>");
    draft->recipient = g_strdup("abuse@isp.example");
    draft->subject = g_strdup(subject);
    draft->body = g_strdup("text\n");
    draft->ticket = g_strdup("20261125-10000001");
    return draft;
}

static MgMail *sign(const MgDraft *draft, const gchar *message_id, gint64 date, GError **error)
{
    g_autoptr(GBytes) content = mg_stage5_compose(draft, NULL);

    return mg_stage6_sign(NULL, draft, content, NULL, message_id, date, error);
}

static gboolean holds(const MgMail *mail, const gchar *text)
{
    gsize length;
    const gchar *wire = g_bytes_get_data(mail->wire, &length);

    return g_strstr_len(wire, (gssize)length, text) != NULL;
}

/* One that is made again has the Message-Id and the date that it had. */
static void test_made_again(void)
{
    g_autoptr(MgDraft) draft = make_draft("A subject");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = sign(draft, "<id@cert.example>", NOW, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(mail->message_id, ==, "<id@cert.example>");
    g_assert_cmpint(mail->date, ==, NOW);
    g_assert_cmpstr(mail->ticket, ==, "20261125-10000001");
    g_assert_true(holds(mail, "Message-Id: <id@cert.example>\r\n"));
    g_assert_true(holds(mail, "From: Own <own@cert.example>\r\n"));
    g_assert_false(holds(mail, "multipart/signed"));
}

static void test_made_now(void)
{
    g_autoptr(MgDraft) draft = make_draft("A subject");
    g_autoptr(GError) error = NULL;
    g_autoptr(MgMail) mail = NULL;
    g_autoptr(MgMail) other = NULL;

    mg_clock_set(NOW);
    mail = sign(draft, NULL, MG_CLOCK_NONE, &error);
    other = sign(draft, NULL, MG_CLOCK_NONE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(mail->date, ==, NOW);
    g_assert_cmpstr(mail->message_id, !=, other->message_id);
    g_assert_true(g_str_has_suffix(mail->message_id, "@cert.example>"));
}

/* To the address in From, and from it, unless the draft says otherwise. */
static void test_envelope(void)
{
    g_autoptr(MgDraft) draft = make_draft("A subject");
    g_autoptr(MgMail) mail = sign(draft, NULL, NOW, NULL);
    g_autoptr(MgMail) other = NULL;

    g_assert_cmpstr(mail->envelope_from, ==, "own@cert.example");
    g_assert_cmpstr(mail->envelope_tos[0], ==, "abuse@isp.example");
    g_assert_null(mail->envelope_tos[1]);
    draft->envelope_from = g_strdup("bounces@cert.example");
    draft->envelope_tos = g_strsplit("a@isp.example b@isp.example", " ", 0);
    other = sign(draft, NULL, NOW, NULL);
    g_assert_cmpstr(other->envelope_from, ==, "bounces@cert.example");
    g_assert_cmpuint(g_strv_length(other->envelope_tos), ==, 2);
    g_assert_true(holds(other, "To: abuse@isp.example\r\n"));
}

static void test_line_break_in_a_header(void)
{
    g_autoptr(MgDraft) draft = make_draft("A subject\r\nBcc: else@where.example");
    g_autoptr(GError) error = NULL;

    g_assert_null(sign(draft, NULL, NOW, &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    mg_compose_init();
    g_test_add_func("/stage6_sign/made_again", test_made_again);
    g_test_add_func("/stage6_sign/made_now", test_made_now);
    g_test_add_func("/stage6_sign/envelope", test_envelope);
    g_test_add_func("/stage6_sign/line_break_in_a_header", test_line_break_in_a_header);
    return g_test_run();
}
