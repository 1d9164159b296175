/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Stages 2 to 7 one after the other, each by itself: none needs a worker, a database or a mail server.
 */
#include "base/clock.h"
#include "base/error.h"
#include "flow/stage2_decide.h"
#include "flow/stage4_render.h"
#include "flow/stage5_compose.h"
#include "flow/stage6_sign.h"
#include "flow/stage7_send.h"
#include "flow/ticket_source.h"
#include "mime/compose.h"

#include <string.h>

#define NOW (G_GINT64_CONSTANT(1795575600) * G_USEC_PER_SEC) /* 2026-11-25 */

static MgGroup *make_group(void)
{
    MgGroup *group = mg_group_new();

    group->recipient_address = g_strdup("abuse@isp.example");
    group->template_name = g_strdup("a_template");
    mg_pairs_set(group->aggregate, "source.asn", "64496");
    return group;
}

/* Stage 2 */

typedef struct {
    MgFormat format;
    gint answer; /* MgAnswer, or -1: fails */
} Fake;

static MgDecision *decide(MgFormat *format, const MgQuestion *question, GError **error)
{
    gint answer = ((Fake *)format)->answer;

    if (answer >= 0)
        return mg_decision_new((MgAnswer)answer, format->filename);
    g_set_error_literal(error, MG_ERROR, MG_ERROR_GROUP, "a mistake");
    return NULL;
}

static void add_format(GPtrArray *formats, const gchar *name, gint answer, gboolean is_final)
{
    static const MgFormatClass classes[] = {{decide, (gpointer)g_free, FALSE},
                                            {decide, (gpointer)g_free, TRUE}};
    Fake *fake = g_new0(Fake, 1);

    fake->format.klass = &classes[is_final];
    fake->format.filename = g_strdup(name);
    fake->answer = answer;
    g_ptr_array_add(formats, fake);
}

static const struct {
    const gchar *name;
    gint first;
    gboolean first_is_final;
    gint second;
    const gchar *answered; /* NULL: nobody */
} decisions[] = {
    {"the first", MG_ANSWER_POSTPONED, FALSE, MG_ANSWER_POSTPONED, "1"},
    {"not mine", MG_ANSWER_NOT_MINE, FALSE, MG_ANSWER_POSTPONED, "2"},
    {"a failure goes on", -1, FALSE, MG_ANSWER_POSTPONED, "2"},
    {"a failure is final", -1, TRUE, MG_ANSWER_POSTPONED, NULL},
    {"nobody", MG_ANSWER_NOT_MINE, FALSE, MG_ANSWER_NOT_MINE, NULL},
};

static void test_decide(void)
{
    g_autoptr(MgGroup) group = make_group();
    g_autoptr(MgBusy) busy = mg_busy_new();
    const MgQuestion question = {.group = group, .now = NOW};

    for (gsize i = 0; i < G_N_ELEMENTS(decisions); i++) {
        g_autoptr(GPtrArray) formats =
            g_ptr_array_new_with_free_func((GDestroyNotify)mg_format_free);
        g_autoptr(GError) error = NULL;
        g_autoptr(MgDecision) decision = NULL;

        g_test_message("%s", decisions[i].name);
        add_format(formats, "1", decisions[i].first, decisions[i].first_is_final);
        add_format(formats, "2", decisions[i].second, FALSE);
        decision = mg_stage2_decide(formats, &question, busy, TRUE, &error);
        g_assert_cmpstr(decision != NULL ? decision->format_name : NULL, ==, decisions[i].answered);
        if (decision == NULL)
            g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
    }
}

/* Stages 4 to 6 */

static MgDraft *render(const MgTerms *terms, const gchar *body, GError **error)
{
    g_autoptr(MgRequest) request = mg_request_new("test");

    request->subject = g_strdup("Report ${ticket_number}");
    request->body = g_strdup(body);
    request->csv = g_strdup("\"a\"\r\n");
    return mg_stage4_render(terms, request, NULL, "20261125-10000001", MG_FORM_INLINE, error);
}

/* A script may have put something of its own in the place of each. */
static void test_terms_decide(void)
{
    g_autoptr(MgGroup) group = make_group();
    const MgTerms terms = {.group = group,
                           .sender = "Own <own@cert.example>",
                           .envelope_from = "bounces@cert.example"};
    g_autoptr(GError) error = NULL;
    g_autoptr(MgDraft) draft = render(&terms, "AS ${source.asn}:\n${events_as_csv}", &error);
    g_autoptr(GBytes) content = NULL;
    g_autoptr(MgMail) mail = NULL;
    const gchar *wire;
    gsize length;

    g_assert_no_error(error);
    g_assert_cmpstr(draft->subject, ==, "Report 20261125-10000001");
    g_assert_cmpstr(draft->body, ==, "AS 64496:\n\"a\"\r\n");
    g_assert_cmpstr(draft->recipient, ==, "abuse@isp.example");

    content = mg_stage5_compose(draft, &error);
    g_assert_no_error(error);
    mail = mg_stage6_sign(NULL, draft, content, NULL, "<id@cert.example>", NOW, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mail->message_id, ==, "<id@cert.example>");
    g_assert_cmpint(mail->date, ==, NOW);
    g_assert_cmpstr(mail->envelope_from, ==, "bounces@cert.example");
    wire = g_bytes_get_data(mail->wire, &length);
    g_assert_nonnull(g_strstr_len(wire, (gssize)length, "From: Own <own@cert.example>\r\n"));
    g_assert_null(g_strstr_len(wire, (gssize)length, "multipart/signed"));
}

static void test_render_fails(void)
{
    g_autoptr(MgGroup) group = make_group();
    const MgTerms terms = {.group = group, .sender = "own@cert.example"};
    g_autoptr(GError) error = NULL;

    g_assert_null(render(&terms, "${unknown}", &error));
    g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
}

/* Stage 7 */

static void note_mail(const MgAccountMail *told, gpointer data)
{
    g_assert_null(told->outcome);
    g_assert_true(told->is_copy);
    (*(guint *)data)++;
}

static void test_send_nothing(void)
{
    const MgAccountHandlers handlers = {.mail = note_mail};
    const MgSafetySettings brakes = {0};
    guint n_told = 0;
    g_autoptr(MgSafety) safety = mg_safety_new(&brakes, NULL);
    g_autoptr(MgAccount) account = mg_account_new(&handlers, &n_told);
    const MgSite site = {.safety = safety, .account = account, .purpose = MG_PURPOSE_PREVIEW};
    g_autoptr(MgMail) mail = mg_mail_new();
    g_autoptr(MgOutcome) outcome = NULL;

    mail->envelope_tos = g_strsplit("a@isp.example", ",", 0);
    outcome = mg_stage7_send(NULL, &site, &(MgAccountMail){.mail = mail, .is_copy = TRUE}, NULL);
    g_assert_nonnull(outcome);
    g_assert_cmpuint(n_told, ==, 1);
}

/* Ticket numbers */

static void test_ticket_numbers(void)
{
    g_autoptr(MgTicketPool) pool = mg_ticket_source_pool_new(MG_PURPOSE_PREVIEW, NULL);
    MgTicketSource source = {.pool = pool, .now = NOW};
    g_autofree gchar *placeholder = mg_ticket_source_next(&source, NULL);
    g_autofree gchar *own = NULL;
    g_autofree gchar *next = NULL;

    g_assert_cmpstr(placeholder, ==, "20261125-NNNNNNNN");
    source.own = "20261124-10000007";
    own = mg_ticket_source_next(&source, NULL);
    next = mg_ticket_source_draw(&source, NULL);
    g_assert_cmpstr(own, ==, "20261124-10000007");
    g_assert_cmpstr(next, ==, "20261125-NNNNNNNN");
    g_assert_cmpuint(source.n_given, ==, 2);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    mg_compose_init();
    g_test_add_func("/stages/decide", test_decide);
    g_test_add_func("/stages/terms_decide", test_terms_decide);
    g_test_add_func("/stages/render_fails", test_render_fails);
    g_test_add_func("/stages/send_nothing", test_send_nothing);
    g_test_add_func("/stages/ticket_numbers", test_ticket_numbers);
    return g_test_run();
}
