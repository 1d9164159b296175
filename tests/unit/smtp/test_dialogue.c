/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/dialogue.h"

#include <string.h>

/* "C: …" is a command, "S: …" an answer line, "T: N" N bytes of the mail. */
static void play(MgDialogue *dialogue, const gchar *script)
{
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);

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

#define GREETING "S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250-STARTTLS\nS: 250 SIZE 1\n"
#define ENVELOPE "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\n"
#define DATA "C: DATA\nS: 354 go\n"

static const struct {
    const gchar *name;
    const gchar *script;
    MgStep step;
    guint code;
    gboolean accepted;
} cases[] = {
    {"nothing", "", MG_STEP_CONNECT, 0, FALSE},
    {"greeted", "S: 220 hi\n", MG_STEP_BANNER, 220, FALSE},
    {"turned away", "S: 554 no\n", MG_STEP_BANNER, 554, FALSE},
    {"EHLO", GREETING, MG_STEP_EHLO, 250, FALSE},
    {"HELO", "S: 220 hi\nC: EHLO us\nS: 500 no\nC: HELO us\n", MG_STEP_EHLO, 0, FALSE},
    {"STARTTLS refused", GREETING "C: STARTTLS\nS: 454 no\n", MG_STEP_STARTTLS, 454, FALSE},
    {"STARTTLS", GREETING "C: STARTTLS\nS: 220 go\n", MG_STEP_TLS, 0, FALSE},
    {"login", GREETING "C: AUTH PLAIN AGEAYg==\nS: 235 ok\n", MG_STEP_AUTH, 235, FALSE},
    {"login that spells a command", GREETING "C: AUTH LOGIN\nS: 334 x\nC: DATA\nS: 334 x\n",
     MG_STEP_AUTH, 334, FALSE},
    {"login and on", GREETING "C: AUTH PLAIN AGEAYg==\nS: 235 ok\nC: MAIL FROM:<a@b>\n",
     MG_STEP_MAIL, 0, FALSE},
    {"sender refused", "C: MAIL FROM:<a@b>\nS: 550 no\n", MG_STEP_MAIL, 550, FALSE},
    {"sender refused and farewell", "C: MAIL FROM:<a@b>\nS: 550 no\nC: QUIT\nS: 221 bye\n",
     MG_STEP_MAIL, 550, FALSE},
    {"before the text", ENVELOPE DATA, MG_STEP_TEXT, 0, FALSE},
    {"DATA refused", ENVELOPE "C: DATA\nS: 554 no\n", MG_STEP_DATA, 554, FALSE},
    {"in the text", ENVELOPE DATA "T: 99\n", MG_STEP_TEXT, 0, FALSE},
    {"after the text", ENVELOPE DATA "T: 60\nT: 40\n", MG_STEP_DOT, 0, FALSE},
    {"more than the text: dots", ENVELOPE DATA "T: 102\n", MG_STEP_DOT, 0, FALSE},
    {"accepted", ENVELOPE DATA "T: 100\nS: 250 ok\n", MG_STEP_DOT, 250, TRUE},
    {"accepted, two lines", ENVELOPE DATA "T: 100\nS: 250-ok\nS: 250 yes\n", MG_STEP_DOT, 250,
     TRUE},
    {"accepted in part", ENVELOPE DATA "T: 100\nS: 250-ok\n", MG_STEP_DOT, 250, FALSE},
    {"accepted otherwise", ENVELOPE DATA "T: 100\nS: 251 ok\n", MG_STEP_DOT, 251, TRUE},
    {"not accepted", ENVELOPE DATA "T: 100\nS: 550 spam\n", MG_STEP_DOT, 550, FALSE},
    {"answered early", ENVELOPE DATA "T: 10\nS: 552 too big\n", MG_STEP_DOT, 552, FALSE},
    {"a second answer is no answer", "C: MAIL FROM:<a@b>\nS: 250 ok\nS: 550 no\n", MG_STEP_MAIL,
     250, FALSE},
    {"unknown commands change nothing", "C: MAIL FROM:<a@b>\nC: XYZZY\nC: MAILX\n", MG_STEP_MAIL, 0,
     FALSE},
};

static void test_steps(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();

        g_test_message("%s", cases[i].name);
        mg_dialogue_begin(dialogue, 100);
        play(dialogue, cases[i].script);
        g_assert_cmpint(dialogue->step, ==, cases[i].step);
        g_assert_cmpuint(dialogue->reply->code, ==, cases[i].code);
        g_assert_cmpint(mg_dialogue_is_accepted(dialogue), ==, cases[i].accepted);
    }
}

static void test_recipients_in_order(void)
{
    g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
    const MgRecipientReply *second;

    mg_dialogue_begin(dialogue, 100);
    play(dialogue, ENVELOPE "C: RCPT TO:<e@f>\nS: 550-5.1.1 no\nS: 550 5.1.1 more\n"
                            "C: RCPT TO:<g@h>\nS: 450 later\n");
    g_assert_cmpuint(dialogue->recipients->len, ==, 3);
    second = g_ptr_array_index(dialogue->recipients, 1);
    g_assert_cmpuint(second->code, ==, 550);
    g_assert_cmpstr(second->reply, ==, "550 5.1.1 no more");

    mg_dialogue_begin(dialogue, 100);
    g_assert_cmpuint(dialogue->recipients->len, ==, 0);
}

static void test_facts_of_the_connection(void)
{
    g_autoptr(MgDialogue) dialogue = mg_dialogue_new();

    mg_dialogue_begin(dialogue, 100);
    play(dialogue, GREETING "C: STARTTLS\nS: 220 go\nC: EHLO us\nS: 250-hi\nS: 250 AUTH PLAIN\n"
                            "C: AUTH PLAIN x\nS: 235 ok\n" ENVELOPE);
    g_assert_true(dialogue->secured);
    g_assert_true(dialogue->logged_in);
    g_assert_true(dialogue->offers_login);
    g_assert_false(dialogue->offers_starttls);

    mg_dialogue_begin(dialogue, 100); /* the next mail, on the same connection */
    play(dialogue, ENVELOPE);
    g_assert_true(dialogue->logged_in);

    mg_dialogue_begin(dialogue, 100); /* and on another */
    play(dialogue, GREETING);
    g_assert_false(dialogue->secured);
    g_assert_false(dialogue->logged_in);
    g_assert_false(dialogue->offers_login);
    g_assert_true(dialogue->offers_starttls);
}

static void test_helo_keeps_the_reason(void)
{
    g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
    g_autofree gchar *heard = NULL;

    mg_dialogue_begin(dialogue, 100);
    play(dialogue, "S: 220 hi\nC: EHLO us\nS: 421 too busy\nC: HELO us\n");
    heard = mg_reply_quote(dialogue->reply);
    g_assert_cmpstr(heard, ==, "'421 too busy'");
    g_assert_false(dialogue->reply->complete);
}

static const struct {
    const gchar *script;
    guint64 most_bytes;
    gboolean has_greeted;
} sizes[] = {
    {"S: 220 hi\n", 0, FALSE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250 SIZE 10240000\n", 10240000, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250-size 5\nS: 250 HELP\n", 5, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250-SIZE\nS: 250 SIZES 7\n", 0, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250 SIZE 0\n", 0, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250 SIZE -5\n", 0, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250 SIZE 99999999999999999999999\n", 0, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 250-hi\nS: 250 SIZE 9\nC: EHLO us\nS: 250 hi\n", 0, TRUE},
    {"S: 220 hi\nC: EHLO us\nS: 550-SIZE 9\nS: 550 no\n", 9, FALSE},
    {"S: 220 hi\nC: EHLO us\nS: 500 no\nC: HELO us\nS: 250 hi\n", 0, TRUE},
};

static void test_size(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();

        g_test_message("%s", sizes[i].script);
        play(dialogue, sizes[i].script);
        g_assert_cmpuint(dialogue->most_bytes, ==, sizes[i].most_bytes);
        g_assert_cmpint(dialogue->has_greeted, ==, sizes[i].has_greeted);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dialogue/steps", test_steps);
    g_test_add_func("/dialogue/recipients-in-order", test_recipients_in_order);
    g_test_add_func("/dialogue/facts-of-the-connection", test_facts_of_the_connection);
    g_test_add_func("/dialogue/helo-keeps-the-reason", test_helo_keeps_the_reason);
    g_test_add_func("/dialogue/size", test_size);
    return g_test_run();
}
