/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/verdict.h"

#include "base/error.h"

#include <string.h>

#define GREETING "S: 220 hi\nC: EHLO us\nS: 250 hi\n"
#define MAIL "C: MAIL FROM:<a@b>\n"
#define ENVELOPE MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\n"
#define DATA ENVELOPE "C: DATA\nS: 354 go\n"
#define TEXT DATA "T: 100\n"
#define SERVER "smtp server 'mail.example' port 25 "
#define ADDRESS                                                                                    \
    "\nHINT: check smtp.host and smtp.port in the configuration, and that the mail server runs"
#define SIZE                                                                                       \
    "\nHINT: the mail is larger than the server takes: see data: by_size in mailgen-formats(5)"
#define NEXT_RUN "\nHINT: a temporary refusal: the next run tries again"

/* Settings own their texts; here they borrow them. */
static const MgSmtpSettings plain = {.host = (gchar *)"mail.example", .port = 25, .timeout = 60};
static const MgSmtpSettings login = {.host = (gchar *)"mail.example",
                                     .port = 25,
                                     .timeout = 60,
                                     .username = (gchar *)"u",
                                     .password = (gchar *)"secret"};

static const struct {
    const gchar *name;
    const gchar *script; /* as in test_dialogue.c; "X: STEP" says what the session found out */
    CURLcode curl;
    const gchar *words;
    const MgSmtpSettings *settings; /* NULL: plain */
    MgErrorCode code;
    const gchar *message;
} cases[] = {
    /* server */
    {"refused connection", "", CURLE_COULDNT_CONNECT, "Connection refused", NULL, MG_ERROR_RUN,
     SERVER "cannot be reached: 'Connection refused'" ADDRESS},
    {"no answer from the host", "", CURLE_ABORTED_BY_CALLBACK, "Callback aborted", NULL,
     MG_ERROR_RUN, SERVER "cannot be reached: the host does not answer" ADDRESS},
    {"unknown host", "", CURLE_COULDNT_RESOLVE_HOST, "", NULL, MG_ERROR_RUN,
     SERVER "cannot be reached: 'Couldn't resolve host name'" ADDRESS},
    {"turned away", "S: 554 5.7.1 go away\n", CURLE_WEIRD_SERVER_REPLY, "", NULL, MG_ERROR_RUN,
     SERVER "refused to go on at banner: '554 5.7.1 go away'"},
    {"too many connections", "S: 421 4.7.0 busy\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_RUN,
     SERVER "refused to go on at banner: '421 4.7.0 busy'"
            "\nHINT: the server may allow fewer connections at once than there are workers: see "
            "workers in the configuration"},
    {"too busy for EHLO", "S: 220 hi\nC: EHLO us\nS: 421 4.3.2 closing\nC: HELO us\n",
     CURLE_SEND_ERROR, "", NULL, MG_ERROR_RUN,
     SERVER "refused to go on at EHLO: '421 4.3.2 closing'"
            "\nHINT: the server may allow fewer connections at once than there are workers: see "
            "workers in the configuration"},
    {"no word after a refused EHLO", "S: 220 hi\nC: EHLO us\nS: 554 go away\nC: HELO us\n",
     CURLE_RECV_ERROR, "", NULL, MG_ERROR_RUN, SERVER "refused to go on at EHLO: '554 go away'"},
    {"another protocol", "S: SSH-2.0-x\n", CURLE_OPERATION_TIMEDOUT, "", NULL, MG_ERROR_RUN,
     SERVER "gave no whole answer at banner but 'SSH-2.0-x'" ADDRESS},
    {"silent", "S: 220 hi\nC: EHLO us\n", CURLE_OPERATION_TIMEDOUT, "", NULL, MG_ERROR_RUN,
     SERVER "took too long at EHLO (smtp.timeout is 60 s)" ADDRESS},
    {"STARTTLS missing", GREETING, CURLE_USE_SSL_FAILED, "", NULL, MG_ERROR_RUN,
     SERVER "offers no STARTTLS, which is demanded\nHINT: check smtp.port (587 with \"required\", "
            "465 with \"implicit\") and smtp.tls in the configuration"},
    {"STARTTLS refused", GREETING "C: STARTTLS\nS: 454 not now\n", CURLE_USE_SSL_FAILED, "", NULL,
     MG_ERROR_RUN,
     SERVER "refused to go on at STARTTLS: '454 not now'\nHINT: check smtp.port (587 with "
            "\"required\", 465 with \"implicit\") and smtp.tls in the configuration"},
    {"foreign certificate", GREETING "C: STARTTLS\nS: 220 go\n", CURLE_PEER_FAILED_VERIFICATION,
     "no alternative name matches", NULL, MG_ERROR_RUN,
     SERVER "showed a certificate that does not prove it: 'no alternative name matches'"
            "\nHINT: smtp.host must be the name in the server's certificate; an authority of one's "
            "own is named by smtp.ca_file"},
    {"login refused", GREETING "C: AUTH PLAIN x\nS: 535 5.7.8 no\n", CURLE_LOGIN_DENIED, "", &login,
     MG_ERROR_RUN,
     SERVER
     "refused the login at AUTH: '535 5.7.8 no'\nHINT: check smtp.username and smtp.password "
     "(or smtp.password_file) in the configuration"},
    {"login not offered", GREETING MAIL "S: 250 ok\n", CURLE_WRITE_ERROR, "", &login, MG_ERROR_RUN,
     SERVER
     "offers no login, which smtp.username demands\nHINT: many servers offer login only with "
     "TLS or on another port (587, 465): check smtp.tls and smtp.port in the configuration, "
     "or remove smtp.username"},
    {"login demanded", GREETING MAIL "S: 530 5.7.0 login first\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_RUN,
     SERVER "refused at MAIL FROM: '530 5.7.0 login first'\nHINT: the server demands login or TLS: "
            "see smtp.username, smtp.password and smtp.tls in the configuration"},
    /* mail */
    {"sender refused", GREETING MAIL "S: 550 5.1.8 no\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_GROUP,
     SERVER
     "refused at MAIL FROM the sender 'a@b': '550 5.1.8 no'\nHINT: the server must accept mail "
     "from this address: see sender in the configuration"},
    {"too big", GREETING MAIL "S: 552 5.3.4 too big\n", CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused the mail at MAIL FROM: '552 5.3.4 too big'" SIZE},
    {"too big, by the enhanced code", GREETING MAIL "S: 550 5.3.4 no\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_GROUP, SERVER "refused the mail at MAIL FROM: '550 5.3.4 no'" SIZE},
    {"too big, in the end", TEXT "S: 552 5.3.4 too big\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_GROUP, SERVER "refused the mail at the final dot: '552 5.3.4 too big'" SIZE},
    {"mailbox full", GREETING MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 552 5.2.2 full\n",
     CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused at RCPT TO 'c@d' with '552 5.2.2 full'"},
    {"disk full", GREETING MAIL "S: 452 4.3.1 full\n", CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused at MAIL FROM the sender 'a@b': '452 4.3.1 full'" NEXT_RUN},
    {"recipient refused", GREETING MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 550 5.1.1 unknown\n",
     CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused at RCPT TO 'c@d' with '550 5.1.1 unknown'"},
    {"no relay", GREETING MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 554 5.7.1 Relay access denied\n",
     CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused at RCPT TO 'c@d' with '554 5.7.1 Relay access denied'"
            "\nHINT: the mail server must be set up to relay for this host"},
    {"greylisted", GREETING MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 450 4.7.1 later\n",
     CURLE_SEND_ERROR, "", NULL, MG_ERROR_GROUP,
     SERVER "refused at RCPT TO 'c@d' with '450 4.7.1 later'" NEXT_RUN},
    {"two recipients refused",
     MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\nC: RCPT TO:<e@f>\nS: 551 no\n", CURLE_SEND_ERROR,
     "", NULL, MG_ERROR_GROUP,
     SERVER "refused at RCPT TO 'c@d' with '550 no', 'e@f' with '551 no'"},
    {"DATA refused", ENVELOPE "C: DATA\nS: 554 5.5.1 no\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_GROUP, SERVER "refused the mail at DATA: '554 5.5.1 no'"},
    {"content refused", TEXT "S: 550 5.7.1 spam\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_GROUP, SERVER "refused the mail at the final dot: '550 5.7.1 spam'"},
    {"content refused, then the connection lost", TEXT "S: 550 5.7.1 spam\n", CURLE_RECV_ERROR, "",
     NULL, MG_ERROR_GROUP, SERVER "refused the mail at the final dot: '550 5.7.1 spam'"},
    {"content deferred", TEXT "S: 451 4.7.1 scanner\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_GROUP, SERVER "refused the mail at the final dot: '451 4.7.1 scanner'" NEXT_RUN},
    /* connection */
    {"lost at MAIL FROM", GREETING MAIL, CURLE_RECV_ERROR, "response reading failed", NULL,
     MG_ERROR_RETRY, SERVER "closed the connection at MAIL FROM; nothing was delivered"},
    {"421 at MAIL FROM", GREETING MAIL "S: 421 4.3.2 stopping\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_RETRY, SERVER "ended the session at MAIL FROM: '421 4.3.2 stopping'"},
    {"421 at RCPT TO", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 421 bye\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_RETRY, SERVER "ended the session at RCPT TO: '421 bye'"},
    {"silent at RCPT TO", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\n", CURLE_OPERATION_TIMEDOUT, "", NULL,
     MG_ERROR_RETRY,
     SERVER "took too long at RCPT TO (smtp.timeout is 60 s); nothing was delivered"},
    {"nonsense at MAIL FROM", MAIL "S: 354 go\n", CURLE_SEND_ERROR, "", NULL, MG_ERROR_RETRY,
     SERVER "answered MAIL FROM unexpectedly: '354 go'; nothing was delivered"},
    {"DATA answered with 250", ENVELOPE "C: DATA\nS: 250 ok\n", CURLE_SEND_ERROR, "", NULL,
     MG_ERROR_RETRY, SERVER "answered DATA unexpectedly: '250 ok'; nothing was delivered"},
    {"lost in the text", DATA "T: 99\n", CURLE_SEND_ERROR, "Broken pipe", NULL, MG_ERROR_RETRY,
     SERVER "closed the connection at the text; nothing was delivered"},
    {"stuck in the text", DATA "T: 99\n", CURLE_ABORTED_BY_CALLBACK, "", NULL, MG_ERROR_RETRY,
     SERVER "took no more of the mail for 60 s (smtp.timeout); nothing was delivered"},
    {"421 after the final dot", TEXT "S: 421 4.3.2 stopping\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_RETRY, SERVER "ended the session at the final dot: '421 4.3.2 stopping'"},
    /* unknown */
    {"lost after the final dot", TEXT, CURLE_RECV_ERROR, "", NULL, MG_ERROR_UNKNOWN_OUTCOME,
     SERVER "closed the connection at the final dot; it may have accepted the mail"
            "\nHINT: the mail server's log tells, look for the Message-Id"},
    {"silent after the final dot", TEXT, CURLE_OPERATION_TIMEDOUT, "", NULL,
     MG_ERROR_UNKNOWN_OUTCOME,
     SERVER "took too long at the final dot (smtp.timeout is 60 s); it may have accepted the mail"
            "\nHINT: the mail server's log tells, look for the Message-Id"},
    {"half an answer to the final dot", TEXT "S: 250-ok\n", CURLE_RECV_ERROR, "", NULL,
     MG_ERROR_UNKNOWN_OUTCOME,
     SERVER "gave no whole answer at the final dot but '250 ok'; it may have accepted the mail"
            "\nHINT: the mail server's log tells, look for the Message-Id"},
    {"nonsense after the final dot", TEXT "S: 354 go\n", CURLE_WEIRD_SERVER_REPLY, "", NULL,
     MG_ERROR_UNKNOWN_OUTCOME,
     SERVER "answered the final dot unexpectedly: '354 go'; it may have accepted the mail"
            "\nHINT: the mail server's log tells, look for the Message-Id"},
};

static void play(MgDialogue *dialogue, const gchar *script)
{
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);

    mg_dialogue_begin(dialogue, 100);
    for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
        g_autofree gchar *line = g_strconcat(lines[i] + 3, "\r\n", NULL);
        if (lines[i][0] == 'C')
            mg_dialogue_command(dialogue, line, strlen(line));
        else if (lines[i][0] == 'S')
            mg_dialogue_answer(dialogue, line, strlen(line));
        else
            mg_dialogue_text(dialogue, (gsize)g_ascii_strtoull(line, NULL, 10));
    }
}

static MgMail *make_mail(void)
{
    const gchar *tos[] = {"c@d", "e@f", NULL};
    MgMail *mail = mg_mail_new();

    mail->envelope_from = g_strdup("a@b");
    mail->envelope_tos = g_strdupv((gchar **)tos);
    return mail;
}

static void test_table(void)
{
    g_autoptr(MgMail) mail = make_mail();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
        const MgTrouble trouble = {.settings = cases[i].settings ? cases[i].settings : &plain,
                                   .dialogue = dialogue,
                                   .code = cases[i].curl,
                                   .detail = cases[i].words};
        g_autoptr(GError) error = NULL;

        g_test_message("%s", cases[i].name);
        play(dialogue, cases[i].script);
        error = mg_verdict(&trouble, mail);
        g_assert_cmpstr(error->message, ==, cases[i].message);
        g_assert_error(error, MG_ERROR, (gint)cases[i].code);
        g_assert_null(strstr(error->message, "secret"));
    }
}

static const struct {
    const gchar *name;
    const gchar *script;
    CURLcode curl;
    gboolean reused;
    gboolean stale;
} stale_cases[] = {
    {"closed at MAIL FROM", MAIL, CURLE_RECV_ERROR, TRUE, TRUE},
    {"closed at MAIL FROM, new connection", GREETING MAIL, CURLE_RECV_ERROR, FALSE, FALSE},
    {"421 at MAIL FROM", MAIL "S: 421 bye\n", CURLE_SEND_ERROR, TRUE, TRUE},
    {"550 at MAIL FROM", MAIL "S: 550 no\n", CURLE_SEND_ERROR, TRUE, FALSE},
    {"silent at MAIL FROM", MAIL, CURLE_OPERATION_TIMEDOUT, TRUE, FALSE},
    {"closed at DATA", ENVELOPE "C: DATA\n", CURLE_RECV_ERROR, TRUE, TRUE},
    {"closed in the text", DATA, CURLE_SEND_ERROR, TRUE, FALSE},
    {"closed after the text", TEXT, CURLE_RECV_ERROR, TRUE, FALSE},
    {"421 after the text", TEXT "S: 421 bye\n", CURLE_WEIRD_SERVER_REPLY, TRUE, FALSE},
};

static void test_stale_connection(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(stale_cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
        const MgTrouble trouble = {.settings = &plain,
                                   .dialogue = dialogue,
                                   .code = stale_cases[i].curl,
                                   .reused = stale_cases[i].reused};

        g_test_message("%s", stale_cases[i].name);
        play(dialogue, stale_cases[i].script);
        g_assert_cmpint(mg_verdict_is_stale_connection(&trouble), ==, stale_cases[i].stale);
    }
}

static void test_refusals(void)
{
    g_autoptr(MgMail) mail = make_mail();
    g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
    g_autoptr(MgOutcome) outcome = mg_outcome_new();
    const MgRefusal *refusal;

    play(dialogue, ENVELOPE "C: RCPT TO:<e@f>\nS: 550 5.1.1 no\n");
    mg_verdict_refusals(dialogue, mail, outcome);
    g_assert_cmpuint(outcome->refusals->len, ==, 1);
    refusal = g_ptr_array_index(outcome->refusals, 0);
    g_assert_cmpstr(refusal->address, ==, "e@f");
    g_assert_cmpstr(refusal->reply, ==, "550 5.1.1 no");
    g_assert_cmpuint(refusal->code, ==, 550);
    g_assert_cmpint(refusal->kind, ==, MG_REFUSAL_FOR_GOOD);
}

static const struct {
    const gchar *name;
    const gchar *script;
    CURLcode curl;
    MgRefusalKind kind;
    guint code;
} left_out_cases[] = {
    {"greylisted", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 450 later\n", CURLE_SEND_ERROR,
     MG_REFUSAL_FOR_NOW, 450},
    {"unknown", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\n", CURLE_SEND_ERROR,
     MG_REFUSAL_FOR_GOOD, 550},
    {"mailbox full", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 552 full\n", CURLE_SEND_ERROR,
     MG_REFUSAL_FOR_GOOD, 552},
    {"no such code", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 354 go\n", CURLE_SEND_ERROR,
     MG_REFUSAL_FOR_NOW, 354},
    {"too many mails", MAIL "S: 452 later\n", CURLE_SEND_ERROR, MG_REFUSAL_FOR_NOW, 452},
    {"sender refused", MAIL "S: 550 no\n", CURLE_SEND_ERROR, MG_REFUSAL_FOR_NOW, 550},
    {"demand", MAIL "S: 530 login\n", CURLE_SEND_ERROR, MG_REFUSAL_FOR_NOW, 530},
    {"DATA refused", ENVELOPE "C: DATA\nS: 451 later\n", CURLE_SEND_ERROR, MG_REFUSAL_FOR_NOW, 451},
    {"content refused", TEXT "S: 550 spam\n", CURLE_WEIRD_SERVER_REPLY, MG_REFUSAL_FOR_GOOD, 550},
    {"content deferred", TEXT "S: 451 later\n", CURLE_WEIRD_SERVER_REPLY, MG_REFUSAL_FOR_NOW, 451},
    {"421 to the dot", TEXT "S: 421 bye\n", CURLE_WEIRD_SERVER_REPLY, MG_REFUSAL_FOR_NOW, 421},
    {"lost at RCPT TO", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\n", CURLE_RECV_ERROR, MG_REFUSAL_FOR_NOW,
     0},
    {"lost after the dot", TEXT, CURLE_RECV_ERROR, MG_REFUSAL_UNCERTAIN, 0},
    {"nonsense after the dot", TEXT "S: 354 go\n", CURLE_WEIRD_SERVER_REPLY, MG_REFUSAL_UNCERTAIN,
     354},
};

static void test_left_out(void)
{
    const gchar *tos[] = {"c@d", NULL};
    const MgMail mail = {.envelope_from = (gchar *)"a@b", .envelope_tos = (gchar **)tos};

    for (gsize i = 0; i < G_N_ELEMENTS(left_out_cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
        const MgTrouble trouble = {
            .settings = &plain, .dialogue = dialogue, .code = left_out_cases[i].curl};
        g_autoptr(MgOutcome) outcome = mg_outcome_new();
        g_autoptr(GError) error = NULL;
        const MgRefusal *refusal;

        g_test_message("%s", left_out_cases[i].name);
        play(dialogue, left_out_cases[i].script);
        error = mg_verdict(&trouble, &mail);
        mg_verdict_left_out(dialogue, &mail, error, outcome);
        g_assert_cmpuint(outcome->refusals->len, ==, 1);
        refusal = g_ptr_array_index(outcome->refusals, 0);
        g_assert_cmpstr(refusal->address, ==, "c@d");
        g_assert_cmpint(refusal->kind, ==, left_out_cases[i].kind);
        g_assert_cmpuint(refusal->code, ==, left_out_cases[i].code);
    }
}

static const struct {
    const gchar *name;
    const gchar *script;
    gboolean may_pass;
    gboolean is_for_good;
} passing_cases[] = {
    {"for now", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 450 later\n", TRUE, FALSE},
    {"for good", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\n", FALSE, TRUE},
    {"words of a refusal for good", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 550 was '450 later'\n",
     FALSE, TRUE},
    {"one of two", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 451 busy\nC: RCPT TO:<e@f>\nS: 550 no\n",
     TRUE, FALSE},
    {"at the dot, for now", TEXT "S: 452 full\n", TRUE, FALSE},
    {"at the dot, for good", TEXT "S: 554 spam\n", FALSE, TRUE},
    {"at the dot, one recipient for now",
     MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 451 busy\nC: RCPT TO:<e@f>\nS: 250 ok\n"
          "C: DATA\nS: 354 go\nT: 100\nS: 554 spam\n",
     FALSE, TRUE},
    {"sender", MAIL "S: 550 no\n", FALSE, FALSE},
    {"size", MAIL "S: 552 too big\n", FALSE, TRUE},
};

static void test_may_pass(void)
{
    g_autoptr(MgMail) mail = make_mail();

    for (gsize i = 0; i < G_N_ELEMENTS(passing_cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
        const MgTrouble trouble = {.settings = &plain, .dialogue = dialogue, .detail = ""};
        g_autoptr(GError) error = NULL;

        g_test_message("%s", passing_cases[i].name);
        play(dialogue, passing_cases[i].script);
        error = mg_verdict(&trouble, mail);
        g_assert_error(error, MG_ERROR, MG_ERROR_GROUP);
        g_assert_cmpint(mg_error_may_pass(error), ==, passing_cases[i].may_pass);
        g_assert_cmpint(mg_error_is_for_good(error), ==, passing_cases[i].is_for_good);
    }
}

static const struct {
    const gchar *name;
    const gchar *script;
    gboolean is_about_size;
} size_cases[] = {
    {"when it is told", MAIL "S: 552 too big\n", TRUE},
    {"when it is there", TEXT "S: 552 5.3.4 too big\n", TRUE},
    {"by the enhanced code", TEXT "S: 554 5.3.4 too big\n", TRUE},
    {"of the mailbox", TEXT "S: 550 5.2.3 too long for you\n", TRUE},
    {"a full mailbox", MAIL "S: 250 ok\nC: RCPT TO:<c@d>\nS: 552 full\n", FALSE},
    {"something else", TEXT "S: 554 5.7.1 spam\n", FALSE},
};

static void test_size(void)
{
    g_autoptr(MgMail) mail = make_mail();

    for (gsize i = 0; i < G_N_ELEMENTS(size_cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
        const MgTrouble trouble = {.settings = &plain, .dialogue = dialogue, .detail = ""};
        g_autoptr(GError) error = NULL;

        g_test_message("%s", size_cases[i].name);
        play(dialogue, size_cases[i].script);
        error = mg_verdict(&trouble, mail);
        g_assert_cmpint(mg_error_is_about_size(error), ==, size_cases[i].is_about_size);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verdict/table", test_table);
    g_test_add_func("/verdict/stale-connection", test_stale_connection);
    g_test_add_func("/verdict/refusals", test_refusals);
    g_test_add_func("/verdict/size", test_size);
    g_test_add_func("/verdict/may-pass", test_may_pass);
    g_test_add_func("/verdict/left-out", test_left_out);
    return g_test_run();
}
