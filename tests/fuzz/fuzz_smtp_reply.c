/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What an SMTP server may say: any bytes, cut anywhere, at any step. The first byte sets how the
 * rest is cut and which commands lie between; the answers must stay bounded, and a mail is accepted
 * only by a 2xx after its final dot.
 */
#include "base/error.h"
#include "smtp/dialogue.h"
#include "smtp/verdict.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const gchar *const commands[] = {
    "EHLO us\r\n",         "STARTTLS\r\n",      "EHLO us\r\n",       "AUTH PLAIN AGEA\r\n",
    "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "RCPT TO:<e@f>\r\n", "DATA\r\n"};

static void judge(const MgDialogue *dialogue)
{
    static const gchar *tos[] = {"c@d", "e@f", NULL};
    const MgSmtpSettings settings = {
        .host = (gchar *)"h", .port = 25, .timeout = 1, .username = (gchar *)"u"};
    const MgMail mail = {.envelope_from = (gchar *)"a@b", .envelope_tos = (gchar **)tos};
    const MgTrouble trouble = {
        .settings = &settings, .dialogue = dialogue, .code = CURLE_RECV_ERROR};
    g_autoptr(GError) error = mg_verdict(&trouble, &mail);
    g_autoptr(MgOutcome) outcome = mg_outcome_new();

    g_assert(g_utf8_validate(error->message, -1, NULL));
    g_assert(strchr(error->message, '\r') == NULL);
    mg_verdict_refusals(dialogue, &mail, outcome);
    g_assert(outcome->refusals->len <= 2);
    mg_verdict_left_out(dialogue, &mail, error, outcome);
    g_assert(outcome->refusals->len <= 4);
}

static void check(const MgDialogue *dialogue)
{
    g_autofree gchar *id = mg_reply_queue_id(dialogue->reply->text->str);
    g_autofree gchar *enhanced = mg_reply_enhanced(dialogue->reply);

    g_assert(dialogue->reply->text->len <= 4100);
    g_assert(dialogue->reply->line->len <= 2048);
    g_assert(id == NULL || (id[0] != '\0' && strpbrk(id, " \r\n'\"<>") == NULL));
    g_assert(enhanced == NULL || strlen(enhanced) <= 9);
    if (mg_dialogue_is_accepted(dialogue))
        g_assert(dialogue->text_sent >= dialogue->text_size && dialogue->reply->code / 100 == 2);
    else
        judge(dialogue);
}

/* One command for each stretch of bytes up to a 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(MgDialogue) dialogue = mg_dialogue_new();
    size_t piece = size > 0 ? (size_t)(data[0] & 0x3f) + 1 : 1;
    size_t command = 0;

    mg_dialogue_begin(dialogue, 10);
    for (size_t i = 1; i < size;) {
        const uint8_t *end = memchr(data + i, 0, size - i);
        size_t stretch = end != NULL ? (size_t)(end - data) - i : size - i;
        size_t length = MIN(stretch, piece);

        mg_dialogue_answer(dialogue, (const gchar *)data + i, length);
        i += length;
        if (length == stretch && end != NULL) {
            const gchar *line = commands[command++ % G_N_ELEMENTS(commands)];
            i++;
            mg_dialogue_command(dialogue, line, strlen(line));
        }
        if (dialogue->step == MG_STEP_TEXT)
            mg_dialogue_text(dialogue, 10);
    }
    check(dialogue);
    return 0;
}
